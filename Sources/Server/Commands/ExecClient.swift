import AWSModels
import AWSWire
import Agent
import Foundation
import NIOCore
import NIOPosix
import NodeLink
import NodeNet

/// A client of one session: joins the terminal to the data channel, and comes back when the connection breaks.
struct ExecClient {
    private enum Event: Sendable {
        case connected(WebSocket)
        case received([UInt8])
        case lost
        case over(String)
        case here(ExecTerminal.Event)
        case ticked
    }

    /// What `ssh` says when it is the connection that failed.
    private static let failure: Int32 = 255
    /// Attempts to come back, and the time before the first and before the others. The region waits five minutes.
    private static let maximumAttempts = 300
    private static let firstPause: Duration = .milliseconds(200)
    private static let pause: Duration = .seconds(1)

    private let session: ECS.Session
    private let api: APIClient
    private let group = MultiThreadedEventLoopGroup.singleton
    private let hasTerminal: Bool
    private let events: AsyncStream<Event>
    private let sink: AsyncStream<Event>.Continuation

    init(_ session: ECS.Session, _ api: APIClient) {
        self.session = session
        self.api = api
        hasTerminal = ExecTerminal.isThere
        (events, sink) = AsyncStream<Event>.makeStream()
    }

    /// The command as ExecuteCommand takes it.
    static func text(of words: [String]) -> String { words.isEmpty ? "/bin/sh" : CommandWords.join(words) }

    /// Works until the session is over.
    /// - Returns: the exit code for this process.
    func run() async throws -> Int32 {
        let terminal = ExecTerminal { [sink] event in sink.yield(.here(event)) }
        let settings = hasTerminal ? ExecTerminal.makeRaw() : nil
        defer { ExecTerminal.restore(settings) }
        let ticks = group.next().scheduleRepeatedTask(
            initialDelay: .milliseconds(100), delay: TimeAmount.milliseconds(DataChannelClient.tick.wholeMilliseconds)
        ) { [sink] _ in sink.yield(.ticked) }
        defer { ticks.cancel() }
        begin(token: session.tokenValue ?? "")
        terminal.read()
        return await serve(terminal)
    }

    private func serve(_ terminal: ExecTerminal) async -> Int32 {
        var machine = DataChannelClient(version: "roost", random: SystemEntropy.seeded())
        var socket: WebSocket?
        var isReading = false
        if hasTerminal, let size = ExecTerminal.size { _ = machine.handle(.resized(size), at: now) }
        for await event in events {
            var actions: [DataChannelClient.Action] = []
            switch event {
            case .connected(let opened):
                socket = opened
                actions = machine.handle(.attached, at: now)
            case .received(let bytes): actions = machine.handle(.received(bytes), at: now)
            case .lost:
                socket = nil
                _ = machine.handle(.lost, at: now)
                comeBack()
            case .over(let reason): return fail(reason)
            case .ticked: actions = machine.handle(.ticked, at: now)
            case .here(.typed(let bytes)):
                isReading = false
                // Without a connection nobody there could take a Ctrl-C.
                if socket == nil, hasTerminal, bytes.contains(3) { return await leave(SIGINT) }
                actions = machine.handle(.typed(bytes), at: now)
            case .here(.typedEnd): actions = machine.handle(.typedEnd, at: now)
            case .here(.resized(let size)): actions = machine.handle(.resized(size), at: now)
            case .here(.interrupted(let number)): return await leave(number)
            }
            for action in actions {
                switch action {
                case .send(let bytes): socket?.send(binary: bytes)
                case .output(let bytes, let isError):
                    guard ExecTerminal.write(bytes, isError: isError) else { return await leave(SIGPIPE) }
                case .finish(let end):
                    guard end.reason.isEmpty else { return fail(end.reason) }
                    return end.exitCode.map { Int32(truncatingIfNeeded: $0) } ?? ExecClient.failure
                }
            }
            if !isReading, machine.hasRoom {
                isReading = true
                terminal.allowMore()
            }
        }
        return ExecClient.failure
    }

    private var now: Timestamp { Timestamp(milliseconds: Int64(NIODeadline.now().uptimeNanoseconds / 1_000_000)) }

    private func fail(_ reason: String) -> Int32 {
        _ = ExecTerminal.write(Array("roost exec: \(reason)\r\n".utf8), isError: true)
        return ExecClient.failure
    }

    /// Ends the session, too: the command would wait for a client that does not come back.
    private func leave(_ signal: Int32) async -> Int32 {
        let request = SSM.TerminateSessionRequest(sessionId: session.sessionId ?? "")
        _ = try? await api.call(
            "TerminateSession", of: .ssm, request, answer: SSM.TerminateSessionResponse.self, timeout: .seconds(5))
        return 128 + signal
    }

    // MARK: The connection

    private func begin(token: String) {
        Task { await connect(token, attempts: 1) }
    }

    private func connect(_ token: String, attempts: Int) async {
        guard let text = session.streamUrl, let url = ServerURL(text) else {
            return tell(.over("The address of the session cannot be used: \(session.streamUrl ?? "")"))
        }
        let request = HTTPRequestMessage(
            method: "GET", rawPath: url.path, rawQuery: "role=publish_subscribe", headers: ["Host": url.authority])
        do throws(WebSocket.Refusal) {
            let socket = try await WebSocket.connect(url.endpoint, request, group: group)
            var random = SystemEntropy.seeded()
            let open = OpenDataChannel(
                token: token, clientVersion: "roost", hasTerminal: hasTerminal, takesExitCode: true)
            socket.send(open.bytes(request: random.uuid(), client: random.uuid()))
            sink.yield(.connected(socket))
            for await event in socket.events {
                if case .text(let bytes) = event { sink.yield(.received(bytes)) }
            }
            sink.yield(.lost)
        } catch {
            tryAgain(after: error, attempts)
        }
    }

    private func tryAgain(after error: any Error, _ attempts: Int) {
        guard attempts < ExecClient.maximumAttempts else { return tell(.over("\(error)")) }
        comeBack(attempts + 1)
    }

    private func tell(_ event: Event) { sink.yield(event) }

    private func comeBack(_ attempts: Int = 1) {
        Task {
            try? await Task.sleep(for: attempts > 1 ? ExecClient.pause : ExecClient.firstPause)
            do {
                let request = SSM.ResumeSessionRequest(sessionId: session.sessionId ?? "")
                let answer = try await api.call(
                    "ResumeSession", of: .ssm, request, answer: SSM.ResumeSessionResponse.self, timeout: .seconds(10))
                guard let token = answer.tokenValue else { return tell(.over("The session is over.")) }
                await connect(token, attempts: attempts)
            } catch let error as WireError where error.status < 500 {
                sink.yield(.over(error.message))
            } catch {
                tryAgain(after: error, attempts)
            }
        }
    }
}
