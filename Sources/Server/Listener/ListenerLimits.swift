import NIOCore

/// What a client may ask of the listener before it is cut off.
struct ListenerLimits: Sendable {
    /// Larger bodies are answered with 413.
    var maximumBodyBytes = 4 << 20
    /// A request that has begun must be whole after this.
    var requestTimeout: TimeAmount = .seconds(30)
    /// A connection without a request is closed after this. Longer than SDKs keep theirs in a pool.
    var idleTimeout: TimeAmount = .seconds(120)
    /// How often the two are looked at.
    var checkInterval: TimeAmount = .seconds(5)
    /// Larger websocket messages close the connection.
    var maximumMessageBytes = 4 << 20
    /// A websocket whose peer leaves this much unread is cut.
    var maximumUnsentBytes = 32 << 20
}
