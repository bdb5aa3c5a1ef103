from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer

from bench.plain.models import Message, Room


class ChatConsumer(AsyncJsonWebsocketConsumer):
    async def connect(self) -> None:
        self.user = self.scope["user"]
        self.room = await self.find_room()
        if self.room is None:
            await self.close()
            return
        self.group = f"chat_{self.room.pk}"
        await self.channel_layer.group_add(self.group, self.channel_name)
        await self.accept()
        await self.send_json({"hello": self.user.username})

    async def disconnect(self, code: int) -> None:
        if self.room is not None:
            await self.channel_layer.group_discard(self.group, self.channel_name)

    async def receive_json(self, content: dict) -> None:
        message = await self.store(content["text"])
        said = {"id": message.pk, "author": self.user.username, "text": message.text, "cid": content["cid"]}
        await self.channel_layer.group_send(self.group, {"type": "chat.message", "said": said})

    async def chat_message(self, event: dict) -> None:
        await self.send_json(event["said"])

    @database_sync_to_async
    def find_room(self) -> Room | None:
        return Room.objects.filter(
            name=self.scope["url_route"]["kwargs"]["name"], members=self.user.pk
        ).first()

    @database_sync_to_async
    def store(self, text: str) -> Message:
        return Message.objects.create(room=self.room, author=self.user, text=text)
