"use strict";
const study = JSON.parse(document.getElementById("study").textContent);
const at = (id) => document.getElementById(id);
const BLANK_MS = 350; // between pairs, so that they do not flicker into each other
const dice = (n) => {
  // Without the bias of a remainder: draw again above the last whole multiple of n.
  const limit = 2 ** 32 - (2 ** 32 % n), draw = new Uint32Array(1);
  do crypto.getRandomValues(draw); while (draw[0] >= limit);
  return draw[0] % n;
};
const shuffled = (list) => {
  const out = [...list];
  for (let i = out.length - 1; i > 0; i--) {
    const j = dice(i + 1);
    [out[i], out[j]] = [out[j], out[i]];
  }
  return out;
};
const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const painted = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
const rater = Array.from(crypto.getRandomValues(new Uint8Array(8)), (b) => b.toString(16).padStart(2, "0")).join("");
const pairs = shuffled(study.pairs).map((pair) => (dice(2) ? pair : [pair[1], pair[0]]));
const answers = [];
let shown = 0, open = false, saved = true;

async function picture(side, name) {
  const image = new Image(study.width, study.height);
  image.alt = "";
  image.draggable = false;
  image.src = "data:image/png;base64," + study.images[name];
  await image.decode();
  at(side).replaceChildren(image);
}

async function next() {
  if (answers.length === pairs.length) return finish();
  const [left, right] = pairs[answers.length];
  at("pair").classList.add("unseen");
  at("progress").textContent = `${answers.length + 1} of ${pairs.length}`;
  await Promise.all([picture("left", left), picture("right", right), pause(BLANK_MS)]);
  at("pair").classList.remove("unseen");
  await painted();
  shown = performance.now();
  open = true;
  if (study.exposure_ms) {
    const number = answers.length;
    await pause(study.exposure_ms);
    if (answers.length === number) at("pair").classList.add("unseen");
  }
}

function choose(side) {
  if (!open) return;
  open = false;
  const [left, right] = pairs[answers.length];
  const seconds = Math.round(performance.now() - shown) / 1000;
  answers.push({ left, right, chosen: side === "left" ? left : right, seconds });
  saved = false;
  document.activeElement.blur();
  next();
}

function finish() {
  const result = {
    format: study.format, study: study.study, rater, name: at("name").value.trim(),
    exposure_ms: study.exposure_ms, pixel_ratio: window.devicePixelRatio, answers,
  };
  const text = JSON.stringify(result);
  at("trial").hidden = true;
  at("end").hidden = false;
  at("text").value = text;
  at("save").href = "data:application/json;charset=utf-8," + encodeURIComponent(text);
  at("save").download = `answers-${rater}.json`;
}

at("begin").addEventListener("click", () => {
  at("welcome").hidden = true;
  at("trial").hidden = false;
  next();
});
at("left").addEventListener("click", () => choose("left"));
at("right").addEventListener("click", () => choose("right"));
at("save").addEventListener("click", () => { saved = true; });
document.addEventListener("keydown", (event) => {
  if (event.repeat) return;
  if (event.key === "ArrowLeft") choose("left");
  if (event.key === "ArrowRight") choose("right");
});
window.addEventListener("beforeunload", (event) => { if (!saved) event.preventDefault(); });
