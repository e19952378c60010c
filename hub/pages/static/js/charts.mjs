// Draws each element with "data-chart" from the JSON block of that id, in the colours of the page.
import { layoutOf, tracesOf } from "./plots.mjs";

const dark = matchMedia("(prefers-color-scheme: dark)");

function tokens() {
  const style = getComputedStyle(document.documentElement);
  const token = (name) => style.getPropertyValue(name).trim();
  return {
    series: [1, 2, 3, 4, 5, 6].map((number) => token(`--chart-${number}`)),
    ink: token("--ink"),
    quiet: token("--ink-quiet"),
    line: token("--line"),
    strong: token("--line-strong"),
    bad: token("--bad"),
    paper: token("--paper"),
    font: token("--font"),
  };
}

function traces(data, look) {
  const symbols = ["circle", "square", "diamond", "triangle-up", "cross", "x"];
  return data.series.map((series, number) => ({
    type: "scatter",
    mode: "lines+markers",
    name: series.name,
    x: series.x,
    y: series.y,
    text: series.text,
    hovertemplate: "%{y:.1f} %<br>%{text}",
    line: { color: look.series[number % 6], width: 2 },
    marker: { color: look.series[number % 6], size: 8, symbol: symbols[number % 6] },
  }));
}

function layout(data, look) {
  const lowest = Math.min(...data.series.flatMap((series) => series.y.filter((value) => value !== null)));
  const floor = Math.max(0, Math.floor((lowest - 2) / 5) * 5);
  const axis = { gridcolor: look.line, linecolor: look.line, zeroline: false, automargin: true };
  return {
    font: { family: look.font, size: 12, color: look.quiet },
    paper_bgcolor: look.paper,
    plot_bgcolor: look.paper,
    margin: { l: 48, r: 12, t: 8, b: 40 },
    hoverlabel: { bgcolor: look.paper, bordercolor: look.line, font: { color: look.ink, family: look.font } },
    legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom", font: { size: 14, color: look.ink } },
    xaxis: { ...axis, tickformat: data.ticks },
    yaxis: { ...axis, title: { text: data.words.y, standoff: 8 }, range: [floor, 101] },
  };
}

function draw(place) {
  const data = JSON.parse(document.getElementById(place.dataset.chart).textContent);
  const look = tokens();
  const drawn = data.traces ? [tracesOf(data, look), layoutOf(data, look)] : [traces(data, look), layout(data, look)];
  window.Plotly.react(place, ...drawn, { displayModeBar: false, responsive: true });
}

function drawAll() {
  document.querySelectorAll("[data-chart]").forEach(draw);
}

drawAll();
dark.addEventListener("change", drawAll);
