"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const video = document.querySelector("video");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const charts = [];
  let forPrint = false;

  function colour(name) {
    if (forPrint) return { "--text": "#000", "--line": "#999", "--empty": "#ddd" }[name];
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  }

  function clock(seconds) {
    const s = Math.max(0, seconds);
    const hours = Math.floor(s / 3600), minutes = Math.floor(s / 60) % 60;
    const rest = (s % 60).toFixed(1).padStart(4, "0");
    return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
  }

  function seek(at) {
    if (!video) return;
    // Pictures may begin after the sound, with which the player begins.
    video.currentTime = at + data.player_start;
    video.play().catch(() => {});
  }

  // All timelines show the same span.
  function show(from, to) {
    const low = Math.max(0, from), high = Math.min(data.end, to);
    if (high - low < 0.05) return;
    for (const chart of charts) chart.setScale("x", { min: low, max: high });
  }

  function shade(u, spans, paint) {
    const { left, top, width, height } = u.bbox;
    for (const [from, to, why] of spans) {
      const a = Math.max(left, u.valToPos(from, "x", true));
      const b = Math.min(left + width, u.valToPos(to, "x", true));
      if (b > a) paint(u.ctx, a, top, b - a, height, why);
    }
  }

  function hatch(ctx, x, y, width, height) {
    const step = 6 * devicePixelRatio;
    ctx.save();
    ctx.beginPath();
    ctx.rect(x, y, width, height);
    ctx.clip();
    ctx.strokeStyle = "#000000";
    ctx.globalAlpha = 0.55;
    ctx.lineWidth = devicePixelRatio;
    ctx.beginPath();
    for (let at = x - height - (x - height) % step; at < x + width; at += step) {
      ctx.moveTo(at, y + height);
      ctx.lineTo(at + height, y);
    }
    ctx.stroke();
    ctx.restore();
  }

  function blank(ctx, x, y, width, height) {
    ctx.save();
    ctx.fillStyle = colour("--empty");
    ctx.fillRect(x, y, width, height);
    ctx.restore();
  }

  function options(width, height, series, scales, axis, person) {
    const text = colour("--text"), line = colour("--line");
    const font = "12px system-ui, sans-serif";
    return {
      width, height, series, scales,
      padding: [8, 8, 0, 0],
      cursor: { sync: { key: "time" }, drag: { x: true, y: false } },
      axes: [
        { stroke: text, font, grid: { stroke: line, width: 1 }, ticks: { stroke: line },
          values: (u, ticks) => ticks.map(clock), space: 70 },
        { stroke: text, font, grid: { stroke: line, width: 1 }, ticks: { stroke: line }, size: 46, ...axis },
      ],
      hooks: {
        drawAxes: [u => shade(u, person.absences, blank)],
        setLegend: [showLegend],
        draw: [u => shade(u, person.doubts, hatch)],
        setSelect: [u => {
          if (u.select.width < 4) return;
          show(u.posToVal(u.select.left, "x"), u.posToVal(u.select.left + u.select.width, "x"));
          u.setSelect({ left: 0, width: 0 }, false);
        }],
      },
    };
  }

  // Values are those under the pointer, and there may be none.
  function showLegend(u) {
    u.root.classList.toggle("idle", (u.cursor.idx ?? null) === null);
  }

  function add(u, element, person) {
    showLegend(u);
    u.over.addEventListener("dblclick", () => show(0, data.end));
    let pressed = null;
    u.over.addEventListener("mousedown", e => { pressed = e.clientX; });
    u.over.addEventListener("click", e => {
      if (pressed !== null && Math.abs(e.clientX - pressed) < 4) {
        seek(u.posToVal(u.cursor.left, "x"));
      }
    });
    u.element = element;
    charts.push(u);
  }

  function drawBands(element, person, width) {
    const count = data.classes.length;
    if (!count) return;
    // The last class lies on top of all others: its curve is the whole sum,
    // drawn first, and each shorter sum is painted over it.
    const sums = [];
    let sum = data.t.map(() => 0);
    for (let k = 0; k < count; k++) {
      sum = sum.map((s, n) => person.p[k][n] === null || s === null ? null : s + person.p[k][n]);
      sums.push(sum);
    }
    const order = [...Array(count).keys()].reverse();
    const series = [{ label: "time", value: (u, v) => v === null ? "" : clock(v) }];
    for (const k of order) {
      series.push({
        label: data.classes[k], stroke: data.colours[k], fill: data.colours[k], width: 0,
        points: { show: false }, spanGaps: false,
        value: (u, v, s, n) => n === null || n === undefined || person.p[k][n] === null
          ? "" : person.p[k][n].toFixed(2),
      });
    }
    const scales = { x: { time: false, min: 0, max: data.end }, y: { range: [0, 1] } };
    const axis = { values: (u, ticks) => ticks.map(v => v.toFixed(1)), incrs: [0.5] };
    const u = new uPlot(options(width, 190, series, scales, axis, person),
      [data.t, ...order.map(k => sums[k])], element);
    add(u, element, person);
  }

  function drawAffect(element, person, width) {
    if (!person.affect.length) return;
    const value = (u, v) => v === null ? "" : v.toFixed(2);
    const series = [
      { label: "time", value: (u, v) => v === null ? "" : clock(v) },
      { label: "valence", stroke: "#0072b2", width: 2, points: { show: false }, value },
      { label: "arousal", stroke: "#d55e00", width: 2, dash: [6, 3], points: { show: false }, value },
    ];
    const scales = { x: { time: false, min: 0, max: data.end }, y: { range: [-1, 1] } };
    const axis = { values: (u, ticks) => ticks.map(v => v.toFixed(1)), incrs: [0.5, 1] };
    const u = new uPlot(options(width, 150, series, scales, axis, person),
      [data.t, ...person.affect], element);
    add(u, element, person);
  }

  function draw() {
    for (const chart of charts.splice(0)) chart.destroy();
    for (const element of document.querySelectorAll(".chart")) {
      const person = data.people.find(p => String(p.person) === element.dataset.person);
      const width = element.clientWidth;
      drawBands(element, person, width);
      drawAffect(element, person, width);
    }
  }

  function press(element, event) {
    const mine = charts.filter(u => u.element === element);
    if (!mine.length) return;
    const u = mine[0], { min, max } = u.scales.x, span = max - min;
    const at = u.cursor.left >= 0 ? u.posToVal(u.cursor.left, "x") : (min + max) / 2;
    const to = time => mine.forEach(each => each.setCursor({
      left: each.valToPos(Math.min(max, Math.max(min, time)), "x"), top: 10 }));
    const step = data.t.length > 1 ? Math.max(data.t[1] - data.t[0], span / 200) : 0;
    switch (event.key) {
      case "ArrowRight": to(at + step); break;
      case "ArrowLeft": to(at - step); break;
      case "+": show(at - span / 4, at + span / 4); break;
      case "-": show(at - span, at + span); break;
      case "Escape": show(0, data.end); break;
      case "Enter": case " ": seek(at); break;
      default: return;
    }
    event.preventDefault();
  }

  for (const element of document.querySelectorAll(".chart")) {
    element.addEventListener("keydown", event => press(element, event));
  }
  for (const button of document.querySelectorAll("button[data-at]")) {
    button.addEventListener("click", () => {
      const from = Number(button.dataset.at), to = Number(button.dataset.to);
      show(from - 1, to + 1);
      seek(from);
    });
  }
  if (video) {
    const tell = () => { document.getElementById("no-video").hidden = false; };
    // Where a browser knows the sound's codec alone, it plays that without a word.
    const look = () => { if (video.videoWidth === 0) tell(); };
    video.addEventListener("error", tell);
    video.addEventListener("loadedmetadata", look);
    if (video.error) tell();
    if (video.readyState > 0) look();
    video.addEventListener("timeupdate", () => {
      for (const u of charts) {
        const at = Math.max(0, video.currentTime - data.player_start);
        u.setCursor({ left: u.valToPos(at, "x"), top: 10 }, false);
      }
    });
  }
  let waiting = 0;
  addEventListener("resize", () => { clearTimeout(waiting); waiting = setTimeout(draw, 150); });
  dark.addEventListener("change", draw);
  addEventListener("beforeprint", () => { forPrint = true; draw(); });
  addEventListener("afterprint", () => { forPrint = false; draw(); });
  draw();
})();
