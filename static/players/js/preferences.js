// What is chosen is seen at once; saving it is the form's business.

const SHOWN = { text_size: "textSize", density: "density", motion: "motion" };

document.addEventListener("change", (event) => {
  const name = SHOWN[event.target.name];
  if (name) document.documentElement.dataset[name] = event.target.value;
});
