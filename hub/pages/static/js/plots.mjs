// Charts whose traces name a role: the role decides colour, dash and mark, so that a picture reads without colour.
const ROLES = {
  values: (look) => ({
    mode: "lines+markers",
    line: { color: look.series[0], width: 1.5 },
    marker: { color: look.series[0], size: 5, symbol: "circle" },
  }),
  points: (look) => ({ mode: "markers", marker: { color: look.series[0], size: 8, symbol: "circle" } }),
  signal: (look) => ({
    mode: "markers",
    marker: { color: look.bad, size: 11, symbol: "diamond", line: { color: look.paper, width: 1 } },
  }),
  excluded: (look) => ({
    mode: "markers",
    marker: { color: look.quiet, size: 11, symbol: "x-thin", line: { color: look.quiet, width: 2 } },
  }),
  centre: (look) => ({ mode: "lines", line: { color: look.quiet, width: 1.5 } }),
  limit: (look) => ({ mode: "lines", line: { color: look.ink, width: 1.5, dash: "dash" } }),
  spec: (look) => ({ mode: "lines", line: { color: look.bad, width: 2, dash: "dashdot" } }),
  target: (look) => ({ mode: "lines", line: { color: look.series[2], width: 1.5, dash: "dot" } }),
  fit: (look) => ({ mode: "lines", line: { color: look.series[1], width: 2.5, shape: "spline" } }),
  share: (look) => ({
    mode: "lines+markers",
    line: { color: look.series[1], width: 2 },
    marker: { color: look.series[1], size: 8, symbol: "square" },
  }),
  bars: (look) => ({ type: "bar", marker: { color: look.series[0] } }),
  stack1: (look) => stacked(look, 0, ""),
  stack2: (look) => stacked(look, 1, "/"),
  stack3: (look) => stacked(look, 2, "x"),
  stack4: (look) => stacked(look, 3, "."),
};

// Parts of one bar, told apart by their pattern, too.
function stacked(look, number, shape) {
  const pattern = { shape, fillmode: "overlay", fgcolor: look.paper, fgopacity: 1, size: 7, solidity: 0.25 };
  return { type: "bar", textposition: "none", marker: { color: look.series[number], pattern } };
}

export function tracesOf(data, look) {
  return data.traces.map((trace) => {
    const style = ROLES[trace.role](look);
    const error = trace.low
      ? {
          type: "data",
          symmetric: false,
          array: trace.high.map((high, n) => (high === null ? 0 : high - trace.y[n])),
          arrayminus: trace.low.map((low, n) => (low === null ? 0 : trace.y[n] - low)),
          color: look.strong,
          thickness: 1.5,
        }
      : undefined;
    return {
      type: "scatter",
      name: trace.name,
      x: trace.x,
      y: trace.y,
      width: trace.width,
      text: trace.text,
      textposition: trace.role === "bars" ? "none" : undefined,
      hovertemplate: trace.text ? "%{text}<extra></extra>" : undefined,
      hoverinfo: trace.text ? undefined : "skip",
      showlegend: Boolean(trace.name),
      yaxis: trace.axis === 2 ? "y2" : "y",
      error_y: error,
      ...style,
    };
  });
}

export function layoutOf(data, look) {
  const axis = { gridcolor: look.line, linecolor: look.line, zeroline: false, automargin: true };
  const narrow = innerWidth < 600;
  return {
    font: { family: look.font, size: 12, color: look.quiet },
    paper_bgcolor: look.paper,
    plot_bgcolor: look.paper,
    barmode: data.stacked ? "stack" : undefined,
    bargap: data.touching ? 0.02 : 0.25,
    margin: { l: 56, r: data.y2 ? 48 : 12, t: 8, b: 40 },
    hoverlabel: { bgcolor: look.paper, bordercolor: look.line, font: { color: look.ink, family: look.font } },
    legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom", font: { size: narrow ? 12 : 13, color: look.ink } },
    xaxis: {
      ...axis,
      title: { text: data.x || "", standoff: 8 },
      type: data.category ? "category" : undefined,
      tickformat: data.ticks,
      nticks: narrow ? 4 : undefined,
    },
    yaxis: { ...axis, title: { text: data.y, standoff: 8 }, rangemode: data.zero ? "tozero" : undefined },
    ...(data.y2 && {
      yaxis2: { ...axis, title: { text: data.y2 }, overlaying: "y", side: "right", range: [0, 102], showgrid: false },
    }),
  };
}
