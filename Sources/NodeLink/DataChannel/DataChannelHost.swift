import AWSWire

/// How a session ended.
package struct ExecEnd: Sendable, Equatable {
    /// The command's; nil when it did not end by itself, or never began.
    package var exitCode: Int?
    /// For the person at the other end; empty when the command just ended.
    package var reason: String

    package init(exitCode: Int? = nil, reason: String = "") {
        self.exitCode = exitCode
        self.reason = reason
    }
}

/// The region's end of a session's data channel: a machine without I/O, between a client that comes and goes and a
/// command that an agent runs.
///
/// It shakes hands, numbers and repeats what the command writes, puts what the client types into order, and lets
/// neither side fill its memory: the agent sends what it has credit for, and the client is acknowledged what the agent
/// has taken. A client that loses its connection comes back to the same machine.
/// Source: observed, session-manager-plugin 1.2.0.0.
package struct DataChannelHost: Sendable {
    package enum Event: Sendable {
        /// A client with a valid token has opened the channel, for the first time or again.
        case attached
        /// Its connection is gone.
        case lost
        /// A binary message of the client.
        case received([UInt8])
        /// What the command wrote.
        case output([UInt8], isError: Bool)
        /// The agent takes so many more bytes for the command.
        case inputGranted(Int)
        /// The command ended, or could not begin; all it wrote came before.
        case ended(ExecEnd)
        /// Somebody ends the session.
        case terminated(String)
        /// Time has passed; every `tick`.
        case ticked
    }

    package enum Action: Sendable, Equatable {
        /// A binary message for the client.
        case send([UInt8])
        /// The command can begin.
        case begin(TerminalSize?)
        case input([UInt8])
        /// Nothing more comes for the command to read.
        case endInput
        case resize(TerminalSize)
        /// The agent may send so many more bytes.
        case grantOutput(Int)
        /// The client's connection is to be cut: it does not speak the protocol.
        case cut(String)
        /// The session is over. The client has been told.
        case finish(ExecEnd)
    }

    /// Times of a session; tests may want shorter ones.
    package struct Limits: Sendable {
        /// Source: Amazon ECS Developer Guide, ECS Exec: idle sessions end after 20 minutes, which cannot be changed.
        package var idle: Duration = .seconds(20 * 60)
        /// How long a client may stay away, or leave everything unacknowledged. Source: observed: the plugin gives up
        /// after five minutes, too.
        package var absence: Duration = .seconds(300)
        package var handshake: Duration = .seconds(60)
        /// How long the command waits to be told the size of its terminal.
        package var size: Duration = .milliseconds(300)

        package init() {}
    }

    package static let tick: Duration = .milliseconds(100)
    /// Bytes that the agent may send before it is granted more.
    package static let outputCredit = 256 << 10
    /// An agent that sends this much more than it was granted ends the session.
    private static let outputTolerance = 1 << 20
    /// Grants are made in pieces of this size, so that not every message of the client causes one to the agent.
    private static let grantSize = 32 << 10
    /// Unacknowledged messages to the client, each of at most 1,024 bytes.
    private static let window = 256
    /// Messages of the client that wait for the agent.
    private static let inputCapacity = 1_024

    private enum Phase: Sendable, Equatable {
        case handshake, sizing, running
        case ending(ExecEnd)
        case over
    }
    private struct Chunk: Sendable {
        var type: DataChannelFrame.PayloadType
        var bytes: ArraySlice<UInt8>
    }

    package let session: String
    private let hasTerminal: Bool
    private let takesExitCode: Bool
    private let limits: Limits
    private var random: SeededRandom
    private var phase = Phase.handshake
    private var phaseBegan: Timestamp
    private var isAttached = false
    private var isGreeted = false
    private var isExitCodeSent = false
    private var sender = StreamSender(.output, window: DataChannelHost.window)
    private var receiver = StreamReceiver(capacity: DataChannelHost.inputCapacity)
    private var pending: ArraySlice<Chunk> = []
    private var pendingBytes = 0
    private var ungranted = 0
    private var inputCredit = 0
    private var size: TerminalSize?
    private var lastHeard: Timestamp
    private var lastTraffic: Timestamp

    /// - Parameters:
    ///   - session: the session's id.
    ///   - client: what the client said of itself when it opened the channel first.
    ///   - random: makes the messages' ids.
    package init(
        _ session: String, _ client: OpenDataChannel, limits: Limits = Limits(), random: SeededRandom,
        at now: Timestamp
    ) {
        self.session = session
        hasTerminal = client.hasTerminal
        takesExitCode = client.takesExitCode
        self.limits = limits
        self.random = random
        phaseBegan = now
        lastHeard = now
        lastTraffic = now
    }

    /// Whether nothing happens any more.
    package var isOver: Bool { phase == .over }

    /// Takes an event in. Whatever it is, after the end nothing is done.
    package mutating func handle(_ event: Event, at now: Timestamp) -> [Action] {
        guard phase != .over else { return [] }
        var actions: [Action] = []
        switch event {
        case .attached: attach(at: now, &actions)
        case .lost: isAttached = false
        case .received(let bytes): receive(bytes, at: now, &actions)
        case .output(let bytes, let isError): takeOutput(bytes, isError, at: now, &actions)
        case .inputGranted(let count): inputCredit = min(inputCredit + max(0, count), 1 << 30)
        case .ended(let end): if !isEnding { enter(.ending(end), at: now) }
        case .terminated(let reason): finish(ExecEnd(reason: reason), at: now, &actions)
        case .ticked: look(at: now, &actions)
        }
        advance(at: now, &actions)
        return actions
    }

    private var isEnding: Bool { if case .ending = phase { true } else { false } }

    private mutating func enter(_ phase: Phase, at now: Timestamp) {
        self.phase = phase
        phaseBegan = now
    }

    // MARK: The client

    private mutating func attach(at now: Timestamp, _ actions: inout [Action]) {
        isAttached = true
        lastHeard = now
        if isGreeted {
            // What was under way when the connection broke may not have arrived.
            for frame in sender.everything(at: now) { actions.append(.send(frame.bytes)) }
        } else {
            isGreeted = true
            queue(.handshakeRequest, DataChannelPayload.handshakeRequest(hasTerminal: hasTerminal), at: now, &actions)
        }
    }

    private mutating func receive(_ bytes: [UInt8], at now: Timestamp, _ actions: inout [Action]) {
        let frame: DataChannelFrame
        do throws(DataChannelFrame.Malformed) {
            frame = try DataChannelFrame(bytes)
        } catch {
            isAttached = false
            actions.append(.cut("The message is malformed: \(error)."))
            return
        }
        lastHeard = now
        switch frame.kind {
        case .acknowledge:
            if let number = DataChannelPayload.acknowledged(frame.payload) { sender.acknowledge(number, at: now) }
        case .input:
            // Who wants to end does not wait for a command that reads nothing.
            if frame.payloadType == .flag, frame.payload == [0, 0, 0, 2] {
                acknowledge(frame, at: now, &actions)
                return finish(ExecEnd(reason: ""), at: now, &actions)
            }
            if receiver.receive(frame) == .repeated { acknowledge(frame, at: now, &actions) }
        case .output, .channelClosed, .startPublication, .pausePublication: return
        }
    }

    private mutating func acknowledge(_ frame: DataChannelFrame, at now: Timestamp, _ actions: inout [Action]) {
        let answer = DataChannelFrame(
            .acknowledge, .none, DataChannelPayload.acknowledgement(of: frame), id: MessageID(&random), created: now)
        actions.append(.send(answer.bytes))
    }

    /// Hands on what is in order and can be taken.
    private mutating func drain(at now: Timestamp, _ actions: inout [Action]) {
        while phase != .over, let frame = receiver.first, mayTake(frame) {
            _ = receiver.take()
            acknowledge(frame, at: now, &actions)
            take(frame, at: now, &actions)
        }
    }

    private func mayTake(_ frame: DataChannelFrame) -> Bool {
        guard frame.payloadType == .bytes else { return true }
        // What is typed behind the end of the command goes nowhere.
        return isEnding || phase == .running && inputCredit > 0
    }

    private mutating func take(_ frame: DataChannelFrame, at now: Timestamp, _ actions: inout [Action]) {
        switch frame.payloadType {
        case .handshakeResponse where phase == .handshake: shakeHands(frame.payload, at: now, &actions)
        case .bytes where phase == .running:
            lastTraffic = now
            inputCredit -= frame.payload.count
            if !frame.payload.isEmpty {
                actions.append(.input(frame.payload))
            } else if !hasTerminal {
                actions.append(.endInput)
            }
        case .size:
            guard let size = TerminalSize(frame.payload) else { return }
            self.size = size
            if phase == .running { actions.append(.resize(size)) }
        default: return
        }
    }

    private mutating func shakeHands(_ response: [UInt8], at now: Timestamp, _ actions: inout [Action]) {
        guard DataChannelPayload.isAccepted(response) else {
            return finish(ExecEnd(reason: "The client cannot do what a session needs."), at: now, &actions)
        }
        queue(.handshakeComplete, DataChannelPayload.handshakeComplete(after: now - phaseBegan), at: now, &actions)
        enter(.sizing, at: now)
    }

    // MARK: The command

    private mutating func takeOutput(
        _ bytes: [UInt8], _ isError: Bool, at now: Timestamp, _ actions: inout [Action]
    ) {
        guard !isEnding, !bytes.isEmpty else { return }
        lastTraffic = now
        pendingBytes += bytes.count
        guard pendingBytes <= DataChannelHost.outputCredit + DataChannelHost.outputTolerance else {
            return finish(ExecEnd(reason: "The container agent sends more than it may."), at: now, &actions)
        }
        pending.append(Chunk(type: isError ? .errorBytes : .bytes, bytes: bytes[...]))
    }

    private mutating func queue(
        _ type: DataChannelFrame.PayloadType, _ payload: [UInt8], at now: Timestamp, _ actions: inout [Action]
    ) {
        let frame = sender.append(type, payload, id: MessageID(&random), isConnected: isAttached, at: now)
        if let frame { actions.append(.send(frame.bytes)) }
    }

    private mutating func pump(at now: Timestamp, _ actions: inout [Action]) {
        while sender.room > 0, let chunk = pending.first {
            let piece = Array(chunk.bytes.prefix(StreamSender.maximumPayload))
            if piece.count == chunk.bytes.count {
                pending.removeFirst()
            } else {
                pending[pending.startIndex].bytes = chunk.bytes.dropFirst(piece.count)
            }
            pendingBytes -= piece.count
            ungranted += piece.count
            queue(chunk.type, piece, at: now, &actions)
        }
        guard ungranted >= DataChannelHost.grantSize, phase == .running else { return }
        actions.append(.grantOutput(ungranted))
        ungranted = 0
    }

    // MARK: What follows

    private mutating func advance(at now: Timestamp, _ actions: inout [Action]) {
        guard phase != .over else { return }
        drain(at: now, &actions)
        let isSized = size != nil || !hasTerminal || now - phaseBegan >= limits.size
        if phase == .sizing, isSized {
            enter(.running, at: now)
            actions.append(.begin(hasTerminal ? size : nil))
            drain(at: now, &actions)
        }
        pump(at: now, &actions)
        if case .ending(let end) = phase { conclude(end, at: now, &actions) }
    }

    /// The client is told of the end when it has everything that was written before.
    private mutating func conclude(_ end: ExecEnd, at now: Timestamp, _ actions: inout [Action]) {
        guard pending.isEmpty, sender.room > 0 else { return }
        if takesExitCode, !isExitCodeSent, let code = end.exitCode {
            isExitCodeSent = true
            queue(.exitCode, Array(String(code).utf8), at: now, &actions)
        }
        guard sender.isEmpty else { return }
        finish(end, at: now, &actions)
    }

    private mutating func finish(_ end: ExecEnd, at now: Timestamp, _ actions: inout [Action]) {
        let id = MessageID(&random)
        let payload = DataChannelPayload.closed(session, id: id, output: end.reason, at: now)
        if isAttached {
            actions.append(.send(DataChannelFrame(.channelClosed, .none, payload, id: id, created: now).bytes))
        }
        enter(.over, at: now)
        actions.append(.finish(end))
    }

    private mutating func look(at now: Timestamp, _ actions: inout [Action]) {
        if now - lastTraffic > limits.idle {
            return finish(ExecEnd(reason: "The session was idle for too long."), at: now, &actions)
        }
        let isAwaited = !isAttached || !sender.isEmpty
        if isAwaited, now - lastHeard > limits.absence { return leave(at: now, &actions) }
        if phase == .handshake, now - phaseBegan > limits.handshake {
            return finish(ExecEnd(reason: "The client did not answer in time."), at: now, &actions)
        }
        guard isAttached else { return }
        for frame in sender.late(at: now) { actions.append(.send(frame.bytes)) }
    }

    /// The client stays away. A command that has ended meanwhile keeps its end.
    private mutating func leave(at now: Timestamp, _ actions: inout [Action]) {
        if case .ending(let end) = phase { return finish(end, at: now, &actions) }
        finish(ExecEnd(reason: "The client was away for too long."), at: now, &actions)
    }
}
