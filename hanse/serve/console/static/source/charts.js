// Charts: ECharts on canvas with one theme made from the page's CSS properties. A page says what to draw in data-chart:
// {"kind": "line" | "bar", "x": [...], "series": [{"name", "values", "low"?, "high"?, "role": "treated" | "held-out"}], "format": {...}}
// The tooltip is ours, for ECharts' own writes style attributes that the content policy refuses, and costs 20 kB.
import { BarChart, LineChart } from "echarts/charts";
import { GridSimpleComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

use([LineChart, BarChart, GridSimpleComponent, CanvasRenderer]);

const drawn = new Map();
const pixel = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d", { willReadFrequently: true });

// ECharts reads only the older colour notations, so each property is painted once and read back.
function colour(property) {
  const probe = document.createElement("i");
  probe.style.color = `var(${property})`;
  document.body.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  pixel.clearRect(0, 0, 1, 1);
  pixel.fillStyle = value;
  pixel.fillRect(0, 0, 1, 1);
  const [red, green, blue, alpha] = pixel.getImageData(0, 0, 1, 1).data;
  return `rgba(${red},${green},${blue},${(alpha / 255).toFixed(3)})`;
}

function theme() {
  const names = ["ink", "muted", "hairline", "edge", "surface", "treated", "treated-band", "held-out", "held-out-band"];
  return Object.fromEntries(names.map((name) => [name, colour(`--${name}`)]));
}

const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
const language = () => document.documentElement.lang;
const reader = (format = {}, compact = false) =>
  new Intl.NumberFormat(language(), compact && !format.style ? { ...format, notation: "compact", maximumFractionDigits: 1 } : format);

function line(series, colours, several) {
  const role = series.role ?? "treated";
  return {
    type: "line",
    name: series.name,
    data: series.values,
    color: colours[role],
    showSymbol: false,
    connectNulls: true,
    lineStyle: { width: 2 },
    silent: true,
    z: 3,
    areaStyle: several ? undefined : { color: colours["treated-band"] },
  };
}

function band(series, colours, stack) {
  const role = series.role ?? "treated";
  const shape = { type: "line", stack, showSymbol: false, silent: true, lineStyle: { opacity: 0 }, z: 2 };
  const width = series.high.map((high, index) => (high === null || series.low[index] === null ? null : high - series.low[index]));
  return [
    { ...shape, data: series.low },
    { ...shape, data: width, areaStyle: { color: colours[`${role}-band`] } },
  ];
}

function bar(series, colours) {
  return { type: "bar", name: series.name, data: series.values, color: colours[series.role ?? "treated"], barMaxWidth: 18, silent: true, itemStyle: { borderRadius: [2, 2, 0, 0] } };
}

const highest = (spec) => Math.max(...spec.series.flatMap(({ values, high }) => [...values, ...(high ?? [])].filter((value) => value !== null)));

function options(spec, colours) {
  const several = spec.series.length > 1;
  const text = { color: colours.muted, fontFamily: "Inter Variable", fontSize: 12 };
  const axis = reader(spec.format, true);
  const series =
    spec.kind === "bar"
      ? spec.series.map((each) => bar(each, colours))
      : spec.series.flatMap((each, index) => [...(each.low ? band(each, colours, `band${index}`) : []), line(each, colours, several)]);
  return {
    animation: false,
    textStyle: text,
    grid: { left: 4, right: 12, top: 12, bottom: 4, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    xAxis: {
      type: "category",
      data: spec.x,
      boundaryGap: spec.kind === "bar",
      axisLine: { lineStyle: { color: colours.edge } },
      axisTick: { show: false },
      axisLabel: { ...text, hideOverlap: true, margin: 10 },
    },
    yAxis: {
      type: "value",
      splitNumber: 4,
      ...(spec.format?.style === "percent" && highest(spec) > 0.8 ? { max: 1, interval: 0.25 } : {}),
      axisLabel: { ...text, formatter: (value) => axis.format(value) },
      splitLine: { lineStyle: { color: colours.hairline } },
    },
    series,
  };
}

function tip(place, chart, spec) {
  const box = Object.assign(document.createElement("div"), { className: "tip", hidden: true });
  const number = reader(spec.format);
  place.append(box);
  chart.getZr().on("mousemove", ({ offsetX, offsetY }) => {
    const [index] = chart.convertFromPixel({ gridIndex: 0 }, [offsetX, offsetY]);
    const at = Math.min(Math.max(Math.round(index), 0), spec.x.length - 1);
    const title = Object.assign(document.createElement("b"), { textContent: spec.x[at] });
    const rows = spec.series.map((each) => {
      const value = each.values[at] === null ? "–" : number.format(each.values[at]);
      return Object.assign(document.createElement("div"), { textContent: `${each.name} ${value}` });
    });
    box.replaceChildren(title, ...rows);
    box.hidden = false;
    const left = offsetX + 14 + box.offsetWidth > place.offsetWidth ? offsetX - 14 - box.offsetWidth : offsetX + 14;
    box.style.left = `${Math.max(left, 0)}px`;
    box.style.top = `${Math.max(offsetY - 20, 0)}px`;
  });
  chart.getZr().on("globalout", () => (box.hidden = true));
}

export function draw(place) {
  place.dataset.drawn = "";
  const spec = JSON.parse(place.dataset.chart);
  const chart = init(place, null, { renderer: "canvas" });
  const paint = () => chart.setOption(options(spec, theme()), { notMerge: true });
  paint();
  tip(place, chart, spec);
  drawn.set(place, paint);
  new ResizeObserver(() => chart.resize({ animation: still() ? undefined : { duration: 0 } })).observe(place);
}

const repaint = () => drawn.forEach((paint, place) => (place.isConnected ? paint() : drawn.delete(place)));
document.addEventListener("hanse:theme", repaint);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);
document.fonts.ready.then(repaint);
