<?php
// WordPress talks to this machine, at any port, and to nothing else. It sends no mail.
function smo_is_loopback( $url ) {
	return (bool) preg_match( '/^127\.\d+\.\d+\.\d+$/', (string) parse_url( $url, PHP_URL_HOST ) );
}

add_filter( 'http_request_host_is_external', '__return_true' );
add_filter(
	'http_allowed_safe_ports',
	function ( $ports, $host, $url ) {
		return array_merge( $ports, array( parse_url( $url, PHP_URL_PORT ) ) );
	},
	10,
	3
);
add_filter(
	'pre_http_request',
	function ( $answer, $arguments, $url ) {
		return smo_is_loopback( $url ) ? $answer : new WP_Error( 'smo_elsewhere', $url );
	},
	10,
	3
);
add_filter( 'pre_wp_mail', '__return_true' );
