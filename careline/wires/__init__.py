"""The languages Careline speaks over HTTP and WebSocket; each folder translates and decides nothing."""
