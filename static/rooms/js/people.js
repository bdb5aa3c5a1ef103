// Who is there, kept up with what the sockets tell. The list is asked for only when somebody is missing from it:
// were it asked for at every coming and going, a class would cost the server more by looking than by talking.

const WORDS = { active: "here", idle: "idle", "": "away" };
const DOTS = { active: "online", idle: "idle", "": "offline" };
// Everybody in the room hears the same at the same moment; they shall not all ask then, nor again and again.
const SOON_MS = 400;
const SPREAD_MS = 15;
const REST_MS = 5_000;

export class People {
  constructor(room) {
    this.room = room;
    this.timer = 0;
    this.askedAt = -REST_MS;
  }

  // What happened in the room.
  hear({ type, data }) {
    if (type === "presence" && data.present !== undefined) this.#count(data.present);
    else if (type === "presence") this.#news(data);
    else if (type === "people") this.#everybody(data);
    else if (type === "room.owner" || type.startsWith("member.")) this.#ask();
  }

  #news({ joined, left, state }) {
    const known = [
      ...[...joined, ...state].map((person) => this.#mark(person.uuid, person.state)),
      ...left.map((uuid) => this.#mark(uuid, "")),
    ];
    if (known.includes(false)) this.#ask();
    this.#count(this.#items().filter((item) => item.dataset.state).length);
  }

  // All who are there, as a page hears it when it begins to listen; nobody by name in a crowd.
  #everybody({ people, present }) {
    if (people.length === present) {
      const there = new Set(people.map((person) => person.uuid));
      const left = this.#items().map((item) => item.dataset.person).filter((uuid) => !there.has(uuid));
      this.#news({ joined: people, left, state: [] });
    }
    this.#count(present);
  }

  // Whether the person stands in the list.
  #mark(uuid, state) {
    const item = this.#items().find((one) => one.dataset.person === uuid);
    if (!item) return false;
    const moves = Boolean(item.dataset.state) !== Boolean(state);
    item.dataset.state = state;
    item.querySelector("[data-state-word]").textContent = WORDS[state];
    item.querySelector(".avatar__dot").className = `avatar__dot avatar__dot--${DOTS[state]}`;
    // Who is there stands above who is not; what somebody has in his hand stays where it is.
    if (moves && !item.contains(document.activeElement)) {
      const away = this.#items().find((one) => one !== item && !one.dataset.state);
      item.parentElement.insertBefore(item, away ?? null);
    }
    return true;
  }

  #ask() {
    clearTimeout(this.timer);
    const rest = this.askedAt + REST_MS - performance.now();
    const spread = Math.random() * SPREAD_MS * this.#items().length;
    this.timer = setTimeout(() => {
      this.askedAt = performance.now();
      const told = { source: this.room, target: "#people-list", swap: "outerHTML" };
      window.htmx.ajax("GET", this.room.dataset.peopleUrl, told);
    }, Math.max(SOON_MS, rest) + spread);
  }

  #items() {
    return [...document.querySelectorAll("#people-list [data-person]")];
  }

  #count(here) {
    for (const place of document.querySelectorAll("#people-count, #people-list .side-title span")) {
      place.textContent = `${here} here`;
    }
  }
}
