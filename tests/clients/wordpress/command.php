<?php
// What a test does with WordPress: `install`, `post` (reads JSON, prints the permalink), `ping`.
$command = $argv[1];
if ( 'install' === $command ) {
	define( 'WP_INSTALLING', true );
}
require __DIR__ . '/wp-load.php';

if ( 'install' === $command ) {
	require ABSPATH . 'wp-admin/includes/upgrade.php';
	// Set before, it spares WordPress the requests by which it tries what its server can do.
	add_filter( 'pre_option_permalink_structure', fn() => '/%postname%/' );
	wp_install( 'Kelp & Kippers', 'ada', 'ada@example.org', true, '', 'a password' );
	remove_all_filters( 'pre_option_permalink_structure' );
	$wp_rewrite->set_permalink_structure( '/%postname%/' );
	update_option( 'default_pingback_flag', 1 );
	wp_update_user( array( 'ID' => 1, 'display_name' => 'Ada Press' ) );
} elseif ( 'post' === $command ) {
	$post = json_decode( stream_get_contents( STDIN ), true );
	$id   = wp_insert_post( wp_slash( $post + array( 'post_status' => 'publish', 'post_author' => 1 ) ), true );
	if ( is_wp_error( $id ) ) {
		fwrite( STDERR, $id->get_error_message() );
		exit( 1 );
	}
	echo get_permalink( $id );
} elseif ( 'ping' === $command ) {
	do_all_pings();
}
