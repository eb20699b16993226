import * as ort from "./ort/ort.wasm.min.mjs";
import { readMetadata } from "./metadata.js";

// The square of index.html, as a share of the picture's height.
const SQUARE = 0.7;

const camera = document.getElementById("camera");
const status = document.getElementById("status");
const log = new URLSearchParams(location.search).has("log");

async function main() {
  // One thread needs no headers that would shut out other pages.
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.wasmPaths = new URL("./ort/", location.href).href;
  const file = await (await fetch("model.onnx")).arrayBuffer();
  const about = readMetadata(new Uint8Array(file));
  const session = await ort.InferenceSession.create(file);
  camera.srcObject = await navigator.mediaDevices.getUserMedia({ video: true });
  await camera.play();
  const [, height, width] = about.inputs.face.shape;
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.imageSmoothingQuality = "high";
  let states = zeroStates(about);
  let took = 0;
  for (let frame = 0; ; frame++) {
    await new Promise(requestAnimationFrame);
    const began = performance.now();
    const face = crop(context, width, height);
    const answers = await session.run({ face, ...states });
    states = Object.fromEntries(
      Object.entries(about.states).map(([k, s]) => [k, answers[s.next]]),
    );
    const now = performance.now() - began;
    took = frame ? 0.9 * took + 0.1 * now : now;
    status.textContent = `${about.name}: ${took.toFixed(0)} ms a frame`;
    show(about, answers, frame);
  }
}

/** The middle of the camera's picture as bytes of RGB. */
function crop(context, width, height) {
  const side = SQUARE * camera.videoHeight;
  context.drawImage(
    camera,
    (camera.videoWidth - side) / 2,
    (camera.videoHeight - side) / 2,
    side,
    side,
    0,
    0,
    width,
    height,
  );
  const rgba = context.getImageData(0, 0, width, height).data;
  const rgb = new Uint8Array(3 * width * height);
  for (let i = 0, o = 0; i < rgba.length; i += 4) {
    rgb[o++] = rgba[i];
    rgb[o++] = rgba[i + 1];
    rgb[o++] = rgba[i + 2];
  }
  return new ort.Tensor("uint8", rgb, [1, height, width, 3]);
}

/** What a file of the streaming form begins with. */
function zeroStates(about) {
  const arrays = { float32: Float32Array, int32: Int32Array };
  const states = {};
  for (const [name, state] of Object.entries(about.states)) {
    const shape = [1, ...state.shape.slice(1)];
    const size = shape.reduce((a, b) => a * b, 1);
    const data = new arrays[state.dtype](size);
    states[name] = new ort.Tensor(state.dtype, data, shape);
  }
  return states;
}

function show(about, answers, frame) {
  const rows = [];
  for (const [name, output] of Object.entries(about.outputs)) {
    const values = answers[name].data;
    const [low, high] = output.range ?? [0, 1];
    const names = output.classes ?? [name];
    names.forEach((label, i) => rows.push([label, values[i], low, high]));
  }
  document.getElementById("answers").replaceChildren(
    ...rows.flatMap(([label, value, low, high]) => {
      const term = document.createElement("dt");
      const bar = document.createElement("meter");
      const cell = document.createElement("dd");
      term.textContent = label;
      Object.assign(bar, { min: low, max: high, value });
      bar.title = value.toFixed(2);
      cell.append(bar);
      return [term, cell];
    }),
  );
  if (log) {
    const values = Object.fromEntries(rows.map(([label, x]) => [label, x]));
    console.log(`answer ${JSON.stringify({ frame, ...values })}`);
  }
}

main().catch((error) => {
  status.textContent = `This does not work here: ${error.message}`;
  console.log(`failed ${error.message}`);
});
