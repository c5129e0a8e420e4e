// What a card takes by satori and resvg: a logo, the site's name, a title, author and date, three
// tags, a gradient. In a folder with a list of titles, one a line, and with
// `npm install satori @resvg/resvg-js @fontsource/inter`: node satori.mjs titles.txt
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const need = createRequire(join(process.cwd(), "x.js"));
const satori = need("satori").default;
const { Resvg } = need("@resvg/resvg-js");

const WARM = 10;
const titles = readFileSync(process.argv[2], "utf8").trim().split("\n");
const fonts = [400, 600, 700].map((weight) => ({
  name: "Inter",
  weight,
  data: readFileSync(`node_modules/@fontsource/inter/files/inter-latin-${weight}-normal.woff`),
}));
const picture = '<svg xmlns="http://www.w3.org/2000/svg" width="96" height="96"><circle cx="48" cy="48" r="44" fill="#fff"/></svg>';
const logo = `data:image/svg+xml;base64,${Buffer.from(picture).toString("base64")}`;
const box = (style, children) => ({ type: "div", props: { style: { display: "flex", ...style }, children } });

const card = (title) =>
  box(
    {
      boxSizing: "border-box", width: 1200, height: 630, padding: 72, flexDirection: "column",
      justifyContent: "space-between", color: "#fff", fontFamily: "Inter",
      backgroundImage: "linear-gradient(135deg, #123c69, #ac3b61)",
    },
    [
      box({ alignItems: "center", fontSize: 32, fontWeight: 600 }, [
        { type: "img", props: { src: logo, width: 72, height: 72, style: { marginRight: 24 } } },
        box({}, "The Lighthouse Notes"),
      ]),
      box({ fontSize: title.length < 40 ? 84 : title.length < 90 ? 64 : 48, fontWeight: 700, lineHeight: 1.15 }, title),
      box({ justifyContent: "space-between", alignItems: "center", fontSize: 28 }, [
        box({}, "Ada Lovelace · 25 November 2026"),
        box({}, ["sea", "letters", "harbour"].map((tag) =>
          box({ marginLeft: 16, padding: "8px 20px", borderRadius: 24, backgroundColor: "rgba(255,255,255,.2)" }, tag))),
      ]),
    ],
  );

const cpu = () => (process.cpuUsage().user + process.cpuUsage().system) / 1000;
const rows = [];
for (const title of titles) {
  const wall = performance.now();
  const used = cpu();
  const svg = await satori(card(title), { width: 1200, height: 630, fonts });
  const png = new Resvg(svg, { font: { loadSystemFonts: !!process.env.SYSTEM_FONTS } }).render().asPng();
  writeFileSync("card.png", png);
  rows.push([performance.now() - wall, cpu() - used, png.length]);
}
const warm = rows.slice(WARM);
const median = (column) => warm.map((row) => row[column]).sort((a, b) => a - b)[warm.length >> 1];
const mean = (column) => warm.reduce((sum, row) => sum + row[column], 0) / warm.length;
console.log(`first ${rows[0][0].toFixed(0)} ms; then median wall ${median(0).toFixed(1)} ms, CPU mean ${mean(1).toFixed(1)} ms, ${(median(2) / 1000).toFixed(0)} KB; ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB`);
