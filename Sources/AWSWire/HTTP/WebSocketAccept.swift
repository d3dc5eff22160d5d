import Crypto

/// The server's half of the websocket handshake.
package enum WebSocketAccept {
    /// The value of `Sec-WebSocket-Accept` for a client's `Sec-WebSocket-Key`. Source: RFC 6455, section 4.2.2.
    package static func value(for key: String) -> String {
        let digest = Insecure.SHA1.hash(data: Array((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8))
        return String(decoding: Base64.encode(Array(digest)), as: UTF8.self)
    }
}
