import AWSModels
import AWSWire
import Control
import LogStore
import NIOCore
import NodeLink
import State

/// What sessions need of the region.
struct ExecParts: Sendable {
    let lane: Lane
    let agents: SessionHub
    let sessions: ExecHub
    let audit: ExecAudit
    let transcripts: TranscriptKeeper
}

/// The wires of one session of ExecuteCommand: a client that comes and goes, and the agent that runs the command,
/// joined by a `DataChannelHost`.
///
/// `@unchecked Sendable`. Safe because its variables are touched on `loop` only.
final class ExecSession: @unchecked Sendable {
    /// How long an agent may take to dial.
    private static let dialLimit = TimeAmount.seconds(15)
    /// How often both ends tell each other that they are there, and how long they believe it.
    private static let heartbeat: Duration = .seconds(15)
    private static let silenceLimit: Duration = .seconds(60)
    /// How often lines go to a log group, and how many bytes of them go at once.
    private static let transcriptPause: Duration = .seconds(2)
    private static let transcriptPortion = 256 << 10

    let id: String
    private let record: ExecuteSessionRecord
    private let instance: Key<ContainerInstanceRecord>?
    private let hasTerminal: Bool
    private let parts: ExecParts
    private let loop: any EventLoop
    /// Times count from here, by a clock that nobody sets.
    private let beganAt = WallClock.now
    private let began = NIODeadline.now()
    private var machine: DataChannelHost
    private var client: WebSocketConnection?
    private var agent: WebSocketConnection?
    private var order: ExecOrder?
    private var ticks: RepeatedTask?
    private var dial: Scheduled<Void>?
    private var lastHeardOfAgent: Timestamp
    private var lastHeartbeat: Timestamp
    private var transcript: ExecTranscript?
    private var transcriptPlace: TranscriptPlace?
    private var transcriptStream: TranscriptKeeper.Stream?
    private var lastKept: Timestamp

    /// - Parameter open: what the client said of itself.
    init(_ record: ExecuteSessionRecord, _ open: OpenDataChannel, _ parts: ExecParts, on loop: any EventLoop) {
        id = record.id
        self.record = record
        self.parts = parts
        self.loop = loop
        instance = parts.lane.durable.get(TaskRecord.key(record.cluster, record.task))?.instanceKey
        hasTerminal = open.hasTerminal
        machine = DataChannelHost(record.id, open, random: SystemEntropy.seeded(), at: beganAt)
        lastHeardOfAgent = beganAt
        lastHeartbeat = beganAt
        lastKept = beganAt
    }

    private var now: Timestamp {
        beganAt.advanced(by: .nanoseconds((NIODeadline.now() - began).nanoseconds))
    }

    // MARK: The client

    /// A client with a valid token is there, for the first time or again.
    func attach(_ connection: WebSocketConnection) {
        loop.execute { [self] in
            guard !machine.isOver else { return connection.close(code: 1_000, reason: "The session is over.") }
            if ticks == nil {
                let interval = TimeAmount.milliseconds(DataChannelHost.tick.wholeMilliseconds)
                ticks = loop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { _ in self.tick() }
            } else {
                parts.audit.note(
                    .resumed, record, parts.lane.durable.realm, address: connection.clientAddress, at: WallClock.now)
            }
            // One that comes back before its old connection was seen to be gone.
            client?.close(code: 1_000, reason: "Another connection took over.")
            client = connection
            perform(.attached)
        }
    }

    func received(_ bytes: [UInt8], from connection: WebSocketConnection) {
        loop.execute { [self] in if client?.channel === connection.channel { perform(.received(bytes)) } }
    }

    func lost(_ connection: WebSocketConnection) {
        loop.execute { [self] in
            guard client?.channel === connection.channel else { return }
            client = nil
            perform(.lost)
        }
    }

    func terminate(_ reason: String) { loop.execute { [self] in perform(.terminated(reason)) } }

    // MARK: The agent

    /// Whether this session waits for the agent of an instance to dial.
    func awaits(_ instance: Key<ContainerInstanceRecord>) -> Bool { self.instance == instance }

    func attach(agent connection: WebSocketConnection) {
        loop.execute { [self] in
            guard let order, agent == nil, !machine.isOver else {
                return connection.close(code: 1_000, reason: "The session does not wait for an agent.")
            }
            dial?.cancel()
            agent = connection
            lastHeardOfAgent = now
            connection.send(binary: ExecFrame.start(order).bytes)
        }
    }

    func received(agent bytes: [UInt8], from connection: WebSocketConnection) {
        loop.execute { [self] in
            guard agent?.channel === connection.channel else { return }
            lastHeardOfAgent = now
            switch ExecFrame(bytes) {
            case .output(let bytes): show(bytes, isError: false)
            case .errorOutput(let bytes): show(bytes, isError: true)
            case .grantInput(let count): perform(.inputGranted(count))
            case .ended(let end): perform(.ended(end))
            default: perform(.ended(ExecEnd(reason: "The container agent broke the protocol.")))
            }
        }
    }

    func lost(agent connection: WebSocketConnection) {
        loop.execute { [self] in
            guard agent?.channel === connection.channel else { return }
            // Nothing changes when the agent had told the end before.
            perform(.ended(ExecEnd(reason: "The connection to the container agent was lost.")))
        }
    }

    private func show(_ bytes: [UInt8], isError: Bool) {
        transcript?.take(bytes, at: now)
        if let waiting = transcript?.waiting, waiting >= ExecSession.transcriptPortion { keepLines() }
        perform(.output(bytes, isError: isError))
    }

    private func begin(_ size: TerminalSize?) {
        beginTranscript()
        let realm = parts.lane.durable.realm
        parts.audit.note(.started, record, realm, address: client?.clientAddress, at: WallClock.now)
        order = ExecOrder(
            taskARN: realm.ecs("task/\(record.cluster)/\(record.task)"), container: record.container,
            runtimeID: record.runtimeID, command: record.command, hasTerminal: hasTerminal, size: size)
        var random = SystemEntropy.seeded()
        let isTold = instance.map { instance in
            let message = ACS.ExecuteCommandMessage(
                messageId: random.uuid(), clusterArn: realm.ecs("cluster/\(record.cluster)"),
                containerInstanceArn: realm.ecs("container-instance/\(instance.path)"), sessionId: id)
            return parts.agents.tell(.executeCommand(message), to: instance)
        }
        guard isTold == true else {
            return perform(.ended(ExecEnd(reason: "The container agent is not connected.")))
        }
        dial = loop.scheduleTask(in: ExecSession.dialLimit) { [self] in
            perform(.ended(ExecEnd(reason: "The container agent did not answer.")))
        }
    }

    // MARK: The transcript

    private func beginTranscript() {
        guard let place = TranscriptPlace(record, parts.lane.durable) else { return }
        transcriptPlace = place
        transcript = ExecTranscript(keepsWhole: place.bucket != nil)
        guard let group = place.logGroup else { return }
        parts.transcripts.makeStream(id, in: group) { [self] stream in
            loop.execute {
                self.transcriptStream = stream
                if stream == nil { self.transcriptPlace?.logGroup = nil }
                // It may have been over before the stream was there.
                if self.machine.isOver { self.keepLines(isOver: true) }
            }
        }
    }

    /// Hands lines on, as soon as there is a stream for them.
    private func keepLines(isOver: Bool = false) {
        lastKept = now
        let isWanted = transcriptPlace?.logGroup != nil
        guard !isWanted || transcriptStream != nil else { return }
        let events = transcript?.drain(isOver: isOver, at: now) ?? []
        guard let stream = transcriptStream, !events.isEmpty else { return }
        let batch = LogBatch(stream: stream.number, ingestedAt: WallClock.now.milliseconds, events: events)
        parts.transcripts.keep(batch, in: stream.group, of: id)
    }

    private func endTranscript() {
        keepLines(isOver: true)
        guard let transcript, let place = transcriptPlace, let bucket = place.bucket else { return }
        parts.transcripts.keep(transcript.whole, bucket, place.key, of: id)
    }

    // MARK: Both

    private func tick() {
        if let agent, !machine.isOver {
            if now - lastHeartbeat >= ExecSession.heartbeat {
                lastHeartbeat = now
                agent.send(binary: ExecFrame.grantOutput(0).bytes)
            }
            if now - lastHeardOfAgent > ExecSession.silenceLimit {
                perform(.ended(ExecEnd(reason: "The container agent is silent.")))
            }
        }
        if now - lastKept >= ExecSession.transcriptPause { keepLines() }
        perform(.ticked)
    }

    private func perform(_ event: DataChannelHost.Event) {
        for action in machine.handle(event, at: now) {
            switch action {
            case .send(let bytes): client?.send(binary: bytes)
            case .begin(let size): begin(size)
            case .input(let bytes): agent?.send(binary: ExecFrame.input(bytes).bytes)
            case .endInput: agent?.send(binary: ExecFrame.endInput.bytes)
            case .resize(let size):
                // Before the agent has dialled, the order takes it along.
                order?.size = size
                agent?.send(binary: ExecFrame.resize(size).bytes)
            case .grantOutput(let count): agent?.send(binary: ExecFrame.grantOutput(count).bytes)
            case .cut(let reason):
                client?.close(code: 1_002, reason: reason)
                client = nil
            case .finish(let end): finish(end)
            }
        }
    }

    private func finish(_ end: ExecEnd) {
        ticks?.cancel()
        dial?.cancel()
        client?.close(code: 1_000, reason: "The session is over.")
        agent?.close(code: 1_000, reason: "The session is over.")
        parts.sessions.remove(id)
        endTranscript()
        parts.audit.note(.ended, record, parts.lane.durable.realm, end: end, at: WallClock.now)
        let id = id
        parts.lane.submit(at: WallClock.now) { (transaction, context) throws(WireError) in
            transaction.endExecuteSession(id, end, at: context.now)
        } reply: { _ in
            // A lost note is made good at the next start: no session outlives its server.
        }
    }
}

extension WebSocketConnection {
    /// Where the peer is.
    var clientAddress: String? { channel.remoteAddress?.ipAddress }
}
