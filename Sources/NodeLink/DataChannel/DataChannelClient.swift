import AWSWire

/// A client's end of a session's data channel: a machine without I/O, the counterpart of `DataChannelHost`. It does
/// what session-manager-plugin does, and takes an exit code.
package struct DataChannelClient: Sendable {
    package enum Event: Sendable {
        /// The connection is open, and its first message has been sent.
        case attached
        case lost
        case received([UInt8])
        case typed([UInt8])
        /// Nothing more is typed.
        case typedEnd
        case resized(TerminalSize)
        /// Time has passed; every `tick`.
        case ticked
    }

    package enum Action: Sendable, Equatable {
        case send([UInt8])
        case output([UInt8], isError: Bool)
        case finish(ExecEnd)
    }

    package static let tick: Duration = .milliseconds(100)
    /// Messages of which the host has not acknowledged that the command took them.
    private static let window = 64
    private static let capacity = 4_096
    /// Source: observed: acknowledgements of the plugin carry it.
    private static let acknowledgementFlags: UInt64 = 3

    private let version: String
    private var random: SeededRandom
    private var isAttached = false
    private var isReady = false
    private var isOver = false
    private var exitCode: Int?
    private var sender = StreamSender(.input, window: DataChannelClient.window)
    private var receiver = StreamReceiver(capacity: DataChannelClient.capacity)
    private var typed: ArraySlice<UInt8> = []
    private var isTypedOver = false
    private var isEndSent = false
    private var size: TerminalSize?

    package init(version: String, random: SeededRandom) {
        self.version = version
        self.random = random
    }

    /// Whether more may be typed: what waits here is not much.
    package var hasRoom: Bool { typed.count < DataChannelClient.window * StreamSender.maximumPayload }

    package mutating func handle(_ event: Event, at now: Timestamp) -> [Action] {
        guard !isOver else { return [] }
        var actions: [Action] = []
        switch event {
        case .attached:
            isAttached = true
            for frame in sender.everything(at: now) { actions.append(.send(frame.bytes)) }
        case .lost: isAttached = false
        case .received(let bytes): receive(bytes, at: now, &actions)
        case .typed(let bytes): typed += bytes
        case .typedEnd: isTypedOver = true
        case .resized(let size):
            self.size = size
            if isReady { queue(.size, DataChannelPayload.size(size), at: now, &actions) }
        case .ticked:
            if isAttached { for frame in sender.late(at: now) { actions.append(.send(frame.bytes)) } }
        }
        pump(at: now, &actions)
        return actions
    }

    private mutating func receive(_ bytes: [UInt8], at now: Timestamp, _ actions: inout [Action]) {
        // What cannot be read is as good as lost: the host sends it again.
        guard let frame = try? DataChannelFrame(bytes) else { return }
        switch frame.kind {
        case .acknowledge:
            if let number = DataChannelPayload.acknowledged(frame.payload) { sender.acknowledge(number, at: now) }
        case .output:
            switch receiver.receive(frame) {
            case .kept: drain(at: now, &actions)
            case .repeated: acknowledge(frame, at: now, &actions)
            case .dropped: return
            }
        case .channelClosed:
            isOver = true
            let output = (try? JSONValue.parse(frame.payload))?["Output"]?.stringValue ?? ""
            actions.append(.finish(ExecEnd(exitCode: exitCode, reason: output)))
        case .input, .startPublication, .pausePublication: return
        }
    }

    private mutating func acknowledge(_ frame: DataChannelFrame, at now: Timestamp, _ actions: inout [Action]) {
        let answer = DataChannelFrame(
            .acknowledge, .none, DataChannelPayload.acknowledgement(of: frame),
            flags: DataChannelClient.acknowledgementFlags, id: MessageID(&random), created: now)
        actions.append(.send(answer.bytes))
    }

    private mutating func drain(at now: Timestamp, _ actions: inout [Action]) {
        while let frame = receiver.take() {
            acknowledge(frame, at: now, &actions)
            switch frame.payloadType {
            case .handshakeRequest:
                guard let answer = DataChannelPayload.handshakeResponse(frame.payload, clientVersion: version) else {
                    continue
                }
                queue(.handshakeResponse, answer, at: now, &actions)
            case .handshakeComplete:
                isReady = true
                if let size { queue(.size, DataChannelPayload.size(size), at: now, &actions) }
            case .bytes: actions.append(.output(frame.payload, isError: false))
            case .errorBytes: actions.append(.output(frame.payload, isError: true))
            case .exitCode: exitCode = Int(String(decoding: frame.payload, as: UTF8.self))
            default: continue
            }
        }
    }

    private mutating func queue(
        _ type: DataChannelFrame.PayloadType, _ payload: [UInt8], at now: Timestamp, _ actions: inout [Action]
    ) {
        let frame = sender.append(type, payload, id: MessageID(&random), isConnected: isAttached, at: now)
        if let frame { actions.append(.send(frame.bytes)) }
    }

    private mutating func pump(at now: Timestamp, _ actions: inout [Action]) {
        guard isReady else { return }
        while sender.room > 0, !typed.isEmpty {
            let piece = Array(typed.prefix(StreamSender.maximumPayload))
            typed = typed.dropFirst(piece.count)
            queue(.bytes, piece, at: now, &actions)
        }
        if typed.isEmpty { typed = [] }
        // An empty message ends the command's input; a terminal has no end.
        guard isTypedOver, typed.isEmpty, !isEndSent, sender.room > 0 else { return }
        isEndSent = true
        queue(.bytes, [], at: now, &actions)
    }
}
