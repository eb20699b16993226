// Runs face-api for benchmarks/rivals.py: node face_api.cjs NPM_FOLDER GIVEN TAKEN
//
// GIVEN.json says `faces` and `frames` as [count, height, width, 3]; GIVEN.faces
// and GIVEN.frames hold their bytes, RGB. Writes probabilities, in the order of
// `classes`, how many frames have a face, and seconds, to TAKEN.
const fs = require("fs");
const path = require("path");

const [folder, given, taken] = process.argv.slice(2);
const modules = path.resolve(folder, "node_modules");
const tf = require(path.join(modules, "@tensorflow/tfjs"));
require(path.join(modules, "@tensorflow/tfjs-backend-wasm"));
const root = path.join(modules, "@vladmandic/face-api");
const faceapi = require(path.join(root, "dist/face-api.node-wasm.js"));

const seconds = () => Number(process.hrtime.bigint()) / 1e9;

function* read(name, [count, height, width, channels]) {
  const bytes = fs.readFileSync(`${given}.${name}`);
  const size = height * width * channels;
  for (let i = 0; i < count; i++) {
    const one = new Uint8Array(bytes.subarray(i * size, (i + 1) * size));
    yield tf.tensor3d(one, [height, width, channels], "int32");
  }
}

async function main() {
  await tf.setBackend("wasm");
  await tf.ready();
  const models = path.join(root, "model");
  await faceapi.nets.faceExpressionNet.loadFromDisk(models);
  await faceapi.nets.ssdMobilenetv1.loadFromDisk(models);
  const shapes = JSON.parse(fs.readFileSync(`${given}.json`));
  const [first] = read("faces", shapes.faces);
  await faceapi.nets.faceExpressionNet.predictExpressions(first);

  const answers = [];
  let began = seconds();
  for (const face of read("faces", shapes.faces)) {
    const found = await faceapi.nets.faceExpressionNet.predictExpressions(face);
    answers.push(shapes.classes.map((name) => found[name]));
    face.dispose();
  }
  const perFace = (seconds() - began) / shapes.faces[0];

  let seen = 0;
  began = seconds();
  for (const frame of read("frames", shapes.frames)) {
    const found = await faceapi.detectAllFaces(frame).withFaceExpressions();
    seen += found.length > 0;
    frame.dispose();
  }
  const perFrame = (seconds() - began) / shapes.frames[0];
  const numbers = { per_face: perFace, seen, per_frame: perFrame };
  fs.writeFileSync(taken, JSON.stringify({ answers, ...numbers }));
}

main();
