window.YTD.direct_messages.part0 = [
 {
  "dmConversation": {
   "conversationId": "1-2",
   "messages": [
    {
     "messageCreate": {
      "recipientId": "2",
      "reactions": [
       {
        "senderId": "2",
        "reactionKey": "like",
        "eventId": "9",
        "createdAt": "2025-05-13T20:05:00.000Z"
       }
      ],
      "urls": [],
      "text": "paye &amp; vite",
      "mediaUrls": [
       "https://ton.twitter.com/dm/5/6/photo.jpg"
      ],
      "senderId": "1",
      "id": "5",
      "createdAt": "2025-05-13T20:04:00.123Z"
     }
    },
    {
     "messageCreate": {
      "recipientId": "1",
      "reactions": [],
      "urls": [],
      "text": "non",
      "mediaUrls": [],
      "senderId": "2",
      "id": "4",
      "createdAt": "2025-05-13T20:03:00.123Z"
     }
    }
   ]
  }
 }
]