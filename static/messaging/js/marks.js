// What a message is besides its words: a whisper, a throw of dice, pinned; and where it calls this reader.

export function markOwnMentions(node, me) {
  for (const mention of node.querySelectorAll(".mention")) {
    mention.classList.toggle("mention--me", mention.dataset.mention === me || mention.dataset.mention === "here");
  }
}

export function fillMarks(node, message, me) {
  const whisper = node.querySelector("[data-slot=whisper]");
  if (!whisper) return;
  const { whisper_to: to, command, is_pinned: isPinned } = message;
  whisper.hidden = !to;
  whisper.querySelector("span").textContent = to ? `Whisper to ${to.uuid === me ? "you" : to.name}` : "";
  node.classList.toggle("msg--whisper", Boolean(to));
  node.classList.toggle("msg--me", command === "me" && !message.is_deleted);
  node.querySelector("[data-slot=rolled]").hidden = command !== "roll";
  node.querySelector("[data-slot=pinned]").hidden = !isPinned;
  node.toggleAttribute("data-pinned", Boolean(isPinned));
  markOwnMentions(node, me);
}
