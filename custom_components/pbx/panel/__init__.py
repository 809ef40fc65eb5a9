"""The server side of the panel: calls in progress and recent calls over the WebSocket."""
