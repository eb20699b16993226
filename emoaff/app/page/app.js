"use strict";

const byId = (id) => document.getElementById(id);
const LABELS = {
  model: "Model",
  faces: "Faces",
  doubt: "When in doubt",
  affect: "Valence and arousal",
  prior: "Expect expressions",
  annotate: "Draw on the video",
};
const WORDS = {
  "all": "everyone", "largest": "the largest one",
  "withhold": "name none", "always-answer": "name one all the same",
  "model": "of the model, if it has them",
  "derived": "derived from the expressions",
  "preset": "as the model does", "as-trained": "as in its training",
  "uniform": "all as often", "natural": "as in everyday footage",
};
// Endings of files, longest first, and what they are called.
const FILES = [
  ["_annotated.mp4", "annotated video"], ["_annotated.jpg", "annotated picture"],
  ["_events.csv", "events (CSV)"], ["_long.csv", "long table (CSV)"],
  ["_rows.json", "rows (JSON)"],
  [".csv", "rows (CSV)"], [".json", "how it was made (JSON)"],
  [".eaf", "ELAN"], [".TextGrid", "Praat"], [".srt", "subtitles"],
  [".html", "report (HTML)"],
];
const LONGEST_RECORDING_MS = 60000;
const ASK_AGAIN_MS = 400;

let largest = Infinity; // bytes of a file that is taken

function say(text) { byId("said").textContent = text; }

function showPercent(share) {
  const percent = Math.round(100 * share);
  if (share > 0 && percent === 0) return "<1 %";
  if (share < 1 && percent === 100) return ">99 %";
  return `${percent} %`;
}

async function readAnswer(response) {
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer.error || "The page does not answer.");
  return answer;
}

async function begin() {
  const about = await readAnswer(await fetch("/api"));
  largest = 1e6 * about.file_mb;
  const minutes = Math.max(Math.round(about.keep_s / 60), 1);
  byId("keep").textContent = `${minutes} ${minutes === 1 ? "minute" : "minutes"} after they are done`;
  byId("limits").textContent =
    `up to ${about.file_mb} MB and ${+(about.length_s / 60).toFixed(1)} minutes each`;
  addChoice("model", [about.model, ...about.models.filter((m) => m !== about.model)]);
  for (const [name, values] of Object.entries(about.choices)) addChoice(name, values);
  byId("curl").textContent = [
    `curl -T clip.mp4 ${location.origin}/api/jobs/`,
    `curl ${location.origin}/api/jobs/ID`,
    `curl -O ${location.origin}/api/jobs/ID/files/clip.csv`,
  ].join("\n");
  // After a reload the files are still there, for this tab alone.
  for (const id of readIds()) new Job("").follow(id);
}

function addChoice(name, values) {
  const label = document.createElement("label");
  label.textContent = LABELS[name] || name;
  label.htmlFor = `choice-${name}`;
  const select = document.createElement("select");
  select.id = `choice-${name}`;
  select.name = name;
  for (const value of values) {
    const word = name === "model" ? value : WORDS[value] || value;
    select.add(new Option(word, value));
  }
  byId("choices").append(label, select);
}

function readIds() { return JSON.parse(sessionStorage.getItem("ids") || "[]"); }

function writeIds(change) {
  sessionStorage.setItem("ids", JSON.stringify(change(readIds())));
}

class Job {
  constructor(name) {
    const card = byId("job").content.cloneNode(true).firstElementChild;
    this.card = card;
    this.part = (selector) => card.querySelector(selector);
    this.part("h2").textContent = name;
    this.part(".remove").addEventListener("click", () => this.remove());
    byId("jobs").prepend(card);
  }

  tell(text, state) {
    this.part(".state").textContent = text;
    this.card.classList.toggle("failed", state === "failed");
  }

  fail(text) {
    this.tell(text, "failed");
    this.part("progress").hidden = true;
  }

  send(file) {
    if (file.size > largest) {
      const size = Math.ceil(file.size / 1e6);
      this.fail(`Expected a file of at most ${largest / 1e6} MB. Received: ${size} MB. Cut it, ` +
        "or use the command emoaff predict.");
      return;
    }
    const query = new URLSearchParams();
    for (const select of document.querySelectorAll("select")) query.set(select.name, select.value);
    const request = new XMLHttpRequest();
    this.request = request;
    request.open("PUT", `/api/jobs/${encodeURIComponent(file.name)}?${query}`);
    request.upload.onprogress = (event) => {
      this.part("progress").value = event.loaded / event.total;
      this.tell(`sending, ${showPercent(event.loaded / event.total)}`);
    };
    request.onload = () => {
      let answer = {};
      try { answer = JSON.parse(request.responseText); } catch { /* not ours */ }
      if (request.status === 201) {
        writeIds((ids) => [...ids, answer.id]);
        this.follow(answer.id);
      } else this.fail(answer.error || "The page does not answer.");
    };
    request.onerror = () => this.fail(
      "The file was not taken: it is too large, or the page no longer answers.");
    this.tell("sending");
    request.send(file);
  }

  async follow(id) {
    this.id = id;
    try {
      for (;;) {
        const job = await readAnswer(await fetch(`/api/jobs/${id}`));
        this.part("h2").textContent = job.name;
        if (job.state === "failed") return this.fail(job.error);
        if (job.state === "done") return this.show(job);
        const bar = this.part("progress");
        if (job.share === null) bar.removeAttribute("value"); else bar.value = job.share;
        this.tell(describeState(job));
        await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
      }
    } catch (error) {
      if (this.card.isConnected) this.fail(error.message);
    }
  }

  show(job) {
    const address = (name, more = "") =>
      `/api/jobs/${job.id}/files/${encodeURIComponent(name)}${more}`;
    this.part("progress").hidden = true;
    this.part(".result").hidden = false;
    this.tell([describeResult(job.result), job.note].filter(Boolean).join(". "));
    const drawn = job.files.find((name) => /_annotated\.(mp4|jpg)$/.test(name));
    if (drawn && drawn.endsWith(".jpg")) this.part(".drawn").append(makePicture(address(drawn)));
    const people = job.result.people;
    for (const person of people) this.part("tbody").append(makeRow(person, job.result.kind));
    this.part(".scroll").hidden = !people.length;
    for (const name of sortFiles(job.files)) {
      const link = document.createElement("a");
      link.href = address(name, "?save");
      link.download = name;
      link.textContent = findLabel(name);
      this.part(".downloads").append(link);
    }
    const report = job.files.find((name) => name.endsWith(".html"));
    this.showReport(address(report), drawn && address(drawn));
  }

  showReport(address, drawn) {
    const frame = this.part("iframe");
    frame.addEventListener("load", () => {
      const page = frame.contentDocument;
      if (!page || !page.body) return;
      // The report plays the video that was sent; here there is a better one.
      const video = page.querySelector("video");
      if (video && drawn) Object.assign(video, { preload: "auto", src: drawn });
      const fit = () => { frame.style.height = `${page.documentElement.offsetHeight + 24}px`; };
      new ResizeObserver(fit).observe(page.body);
      fit();
    });
    frame.src = address;
  }

  async remove() {
    if (this.request) this.request.abort();
    if (this.id) {
      writeIds((ids) => ids.filter((id) => id !== this.id));
      await fetch(`/api/jobs/${this.id}`, { method: "DELETE" }).catch(() => {});
    }
    this.card.remove();
  }
}

function describeState(job) {
  if (job.state === "uploading") return "sending";
  if (job.state === "waiting") {
    return job.ahead > 1 ? `waiting, ${job.ahead - 1} before it` : "waiting for its turn";
  }
  if (job.share === null) return job.frames ? `working, ${job.frames} frames` : "working";
  return `working, ${showPercent(job.share)}`;
}

function describeResult(result) {
  const count = result.people.length;
  const people = count === 0 ? "no face found" : count === 1 ? "1 person" : `${count} people`;
  if (result.kind === "picture") return `Picture, ${people}`;
  return `${result.frames} frames, ${people}, a face in ${result.frames_with_face}`;
}

function makePicture(address) {
  const picture = document.createElement("img");
  picture.src = address;
  picture.alt = "The picture with faces and expressions drawn in";
  return picture;
}

function makeRow(person, kind) {
  const shares = Object.entries(person.shares).slice(0, 3);
  let shown = shares.map(([name, share]) => `${name} ${showPercent(share)}`);
  if (kind === "picture") {
    shown = shares.map(([name]) => `${name} ${showPercent(person.mean_strength)}`);
  }
  for (const name of ["valence", "arousal"]) {
    if (person[name] !== null) shown.push(`${name} ${person[name].toFixed(2)}`);
  }
  const held = Object.entries(person.events).map(
    ([name, count]) => (count === 1 ? name : `${count} x ${name}`));
  const why = Object.keys(person.doubts).join(", ");
  const none = person.none_named ? `${showPercent(person.none_named)}${why && `: ${why}`}` : "";
  const cells = [
    person.name || `person ${person.person}`,
    kind === "picture" ? "" : `${person.first_s.toFixed(1)}-${person.last_s.toFixed(1)} s`,
    shown.join(", "), held.join(", "), none,
  ];
  const row = document.createElement("tr");
  for (const text of cells) row.insertCell().textContent = text;
  return row;
}

function findLabel(name) {
  return (FILES.find(([ending]) => name.endsWith(ending)) || [0, name])[1];
}

function sortFiles(names) {
  const place = (name) => FILES.findIndex(([ending]) => name.endsWith(ending));
  return [...names].sort((a, b) => place(a) - place(b));
}

function sendAll(files) {
  say("");
  for (const file of files) new Job(file.name).send(file);
}

byId("pick").addEventListener("change", (event) => {
  sendAll(event.target.files);
  event.target.value = "";
});
for (const name of ["dragover", "dragleave", "drop"]) {
  byId("drop").addEventListener(name, (event) => {
    event.preventDefault();
    byId("drop").classList.toggle("over", name === "dragover");
    if (name === "drop") sendAll(event.dataTransfer.files);
  });
}
// A file that misses the place must not replace the page.
for (const name of ["dragover", "drop"]) window.addEventListener(name, (e) => e.preventDefault());

let recorder = null;

function nameNow(ending) {
  const time = new Date().toTimeString().slice(0, 8).replaceAll(":", "-");
  return `webcam_${time}${ending}`;
}

byId("camera").addEventListener("click", async () => {
  say("");
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ video: true });
    byId("view").srcObject = stream;
    await byId("view").play();
    byId("webcam").hidden = false;
    byId("camera").hidden = true;
  } catch (error) {
    say(`The webcam cannot be used: ${error.message}. Allow it in the browser, or plug one in.`);
  }
});

byId("shoot").addEventListener("click", () => {
  const view = byId("view");
  const canvas = document.createElement("canvas");
  canvas.width = view.videoWidth;
  canvas.height = view.videoHeight;
  canvas.getContext("2d").drawImage(view, 0, 0);
  canvas.toBlob((blob) => sendAll([new File([blob], nameNow(".jpg"))]), "image/jpeg", 0.95);
});

byId("record").addEventListener("click", () => {
  if (recorder) { recorder.stop(); return; }
  const parts = [];
  recorder = new MediaRecorder(byId("view").srcObject);
  const ending = recorder.mimeType.includes("mp4") ? ".mp4" : ".webm";
  recorder.ondataavailable = (event) => parts.push(event.data);
  recorder.onstop = () => {
    recorder = null;
    byId("record").textContent = "Record";
    byId("record").classList.remove("on");
    sendAll([new File(parts, nameNow(ending))]);
  };
  recorder.start();
  byId("record").textContent = "End the recording";
  byId("record").classList.add("on");
  const begun = recorder;
  setTimeout(() => { if (recorder === begun) begun.stop(); }, LONGEST_RECORDING_MS);
});

byId("stop").addEventListener("click", () => {
  if (recorder) recorder.stop();
  for (const track of byId("view").srcObject.getTracks()) track.stop();
  byId("webcam").hidden = true;
  byId("camera").hidden = false;
});

begin().catch((error) => say(error.message));
