"""What a page holds of a channel: a copy that follows the events, as the browser's script does."""

LAST = 50


class Copy:
    """Applies the next number, ignores what it knows, keeps what came too early."""

    def __init__(self):
        self.room, self.epoch, self.seq = "", None, 0
        self.messages, self.own, self.waiting = {}, {}, {}
        self.is_revoked = False

    def begin(self, frame):
        """The answer to `sub`."""
        self.room, self.epoch = frame["room"], frame["epoch"]
        self.own = {uuid: list(signs) for uuid, signs in frame["own_reactions"].items()}
        if frame["mode"] == "reset":
            self.seq = frame["head"]
            self.messages = {message["uuid"]: message for message in frame["messages"]}
            self.waiting.clear()

    def hear(self, event):
        """False when something is missing before it."""
        if event["seq"] > self.seq:
            self.waiting[event["seq"]] = event
        while (following := self.waiting.pop(self.seq + 1, None)) is not None:
            self.seq += 1
            self._apply(following)
        return not any(seq > self.seq for seq in self.waiting)

    def _apply(self, event):
        message = event["data"].get("message")
        if message is None or (event["type"] != "message.created" and message["uuid"] not in self.messages):
            return
        if message["uuid"] in self.messages and event["type"] == "message.created":
            return
        self.messages[message["uuid"]] = message
        if event["type"] == "reaction.set" and "own" in event["data"]:
            self.own[message["uuid"]] = event["data"]["own"]

    @property
    def state(self):
        """To be compared: the last messages in their order, and one's own signs under them."""
        shown = sorted(self.messages.values(), key=lambda message: message["seq"])[-LAST:]
        # Only the sender's pages know the id, and need it only until the message is there.
        messages = [{key: value for key, value in each.items() if key != "cid"} for each in shown]
        own = {each["uuid"]: self.own[each["uuid"]] for each in shown if self.own.get(each["uuid"])}
        return self.seq, messages, own
