// A short tone at the reveal of a statement, for those who asked for sounds. No file: two sine waves.

const TONES = { "reveal--right": [523, 784], "reveal--wrong": [330, 262] };
const SECONDS = 0.14;
let audio;

function play(frequencies) {
  audio ??= new AudioContext();
  frequencies.forEach((frequency, number) => {
    const begin = audio.currentTime + number * SECONDS;
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.frequency.value = frequency;
    volume.gain.setValueAtTime(0.08, begin);
    volume.gain.exponentialRampToValueAtTime(0.001, begin + SECONDS);
    tone.connect(volume).connect(audio.destination);
    tone.start(begin);
    tone.stop(begin + SECONDS);
  });
}

function hear(node) {
  if (node.nodeType !== Node.ELEMENT_NODE) return;
  const reveal = node.matches(".reveal") ? node : node.querySelector(".reveal");
  const name = Object.keys(TONES).find((known) => reveal?.classList.contains(known));
  if (name) play(TONES[name]);
}

new MutationObserver((changes) => {
  for (const change of changes) change.addedNodes.forEach(hear);
}).observe(document.body, { childList: true, subtree: true });
