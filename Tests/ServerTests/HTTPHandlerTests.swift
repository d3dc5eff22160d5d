import AWSWire
import NIOCore
import NIOEmbedded
import NIOHTTP1
import Synchronization
import Testing

@testable import Server

/// One connection as a client sees it: bytes in, bytes out, in virtual time.
@Suite("HTTP connections") struct HTTPHandlerTests {
    /// Answers each request with its path and body, at once or when told to.
    private final class Echo: RequestHandling {
        private let waiting = Mutex<[@Sendable () -> Void]>([])
        private let isSlow: Bool

        init(isSlow: Bool = false) { self.isSlow = isSlow }

        func handle(_ request: HTTPRequestMessage, respond: @escaping @Sendable (HTTPResponseMessage) -> Void) {
            let answer: @Sendable () -> Void = {
                respond(HTTPResponseMessage(status: 200, body: Array(request.rawPath.utf8) + request.body))
            }
            if isSlow { waiting.withLock { $0.append(answer) } } else { answer() }
        }

        func upgrade(_ request: HTTPRequestMessage) -> UpgradeDecision {
            .refuse(HTTPResponseMessage(status: 404, body: Array("none".utf8)))
        }

        func answerNext() {
            let next = waiting.withLock { $0.isEmpty ? nil : $0.removeFirst() }
            next?()
        }
    }

    private func connection(_ handler: Echo, _ limits: ListenerLimits = ListenerLimits()) throws -> EmbeddedChannel {
        let channel = EmbeddedChannel()
        try channel.pipeline.syncOperations.addHandlers([
            ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes)),
            HTTPHandler(handler, limits),
        ])
        try channel.connect(to: SocketAddress(unixDomainSocketPath: "/test")).wait()
        return channel
    }

    private func send(_ text: String, _ channel: EmbeddedChannel) {
        // A closed connection takes no more; the tests look at what it answered.
        _ = try? channel.writeInbound(ByteBuffer(string: text))
        channel.embeddedEventLoop.run()
    }

    private func received(_ channel: EmbeddedChannel) throws -> String {
        channel.embeddedEventLoop.run()
        var text = ""
        while var buffer = try channel.readOutbound(as: ByteBuffer.self) {
            text += buffer.readString(length: buffer.readableBytes) ?? ""
        }
        return text
    }

    /// The bodies of answers, each with its status.
    private func answers(_ text: String) -> [String] {
        text.components(separatedBy: "HTTP/1.1 ").dropFirst().map { part in
            let halves = part.components(separatedBy: "\r\n\r\n")
            return part.prefix(3) + " " + (halves.count > 1 ? halves[1] : "")
        }
    }

    private func post(_ path: String, _ body: String) -> String {
        "POST \(path) HTTP/1.1\r\nHost: x\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    @Test("requests on one connection are answered in their order, however slow they are")
    func pipelines() throws {
        let echo = Echo(isSlow: true)
        let channel = try connection(echo)
        send(post("/1", "a") + post("/2", "b") + post("/3", "c"), channel)
        #expect(try received(channel).isEmpty)
        echo.answerNext()
        #expect(answers(try received(channel)) == ["200 /1a"])
        echo.answerNext()
        echo.answerNext()
        #expect(answers(try received(channel)) == ["200 /2b", "200 /3c"])
        #expect(channel.isActive)
    }

    @Test("a body that is too large is refused before it is read, and the connection ends")
    func refusesLargeBodies() throws {
        var limits = ListenerLimits()
        limits.maximumBodyBytes = 10
        let announced = try connection(Echo(), limits)
        send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\n", announced)
        #expect(answers(try received(announced)).first?.hasPrefix("413") == true)
        #expect(!announced.isActive)
        let chunked = try connection(Echo(), limits)
        send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", chunked)
        send("b\r\nhello world\r\n0\r\n\r\n", chunked)
        #expect(answers(try received(chunked)).first?.hasPrefix("413") == true)
        #expect(!chunked.isActive)
    }

    @Test("a client that asks before it sends its body is told to go on")
    func expectsContinue() throws {
        let channel = try connection(Echo())
        send("POST /x HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n", channel)
        #expect(try received(channel) == "HTTP/1.1 100 Continue\r\n\r\n")
        send("ab", channel)
        #expect(answers(try received(channel)) == ["200 /xab"])
    }

    @Test(
        "what is not HTTP is refused in JSON",
        arguments: ["nonsense\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "\u{1}\u{2}\r\n\r\n"])
    func refusesGarbage(text: String) throws {
        let channel = try connection(Echo())
        send(text, channel)
        #expect(answers(try received(channel)) == ["400 {\"message\":\"The request is not valid HTTP.\"}"])
        #expect(!channel.isActive)
    }

    @Test("a client that has closed its half still gets its answer")
    func answersHalfClosed() throws {
        let echo = Echo(isSlow: true)
        let channel = try connection(echo)
        send(post("/1", "a"), channel)
        channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        #expect(channel.isActive)
        echo.answerNext()
        #expect(answers(try received(channel)) == ["200 /1a"])
        #expect(!channel.isActive)
    }

    @Test("slow and idle clients are hung up on; a slow answer is waited for")
    func bounds() throws {
        let limits = ListenerLimits()
        let slow = try connection(Echo())
        send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\na", slow)
        let idle = try connection(Echo())
        let waiting = try connection(Echo(isSlow: true))
        send(post("/", ""), waiting)
        for channel in [slow, idle, waiting] { channel.embeddedEventLoop.advanceTime(by: limits.requestTimeout) }
        #expect(slow.isActive && idle.isActive)
        for channel in [slow, idle, waiting] { channel.embeddedEventLoop.advanceTime(by: limits.checkInterval) }
        #expect(!slow.isActive && idle.isActive)
        for channel in [idle, waiting] { channel.embeddedEventLoop.advanceTime(by: limits.idleTimeout) }
        #expect(!idle.isActive && waiting.isActive)
    }

    @Test("nothing is served behind an answer that ends the connection")
    func servesNothingAfterTheEnd() throws {
        let channel = try connection(Echo())
        send("GET /1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" + post("/2", ""), channel)
        #expect(answers(try received(channel)) == ["200 /1"])
    }

    @Test("an upgrade is refused with an answer, not with silence")
    func refusesUpgrades() throws {
        let channel = try connection(Echo())
        send("GET /agent/acs/ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nSec-WebSocket-Key: AA==\r\n\r\n", channel)
        #expect(answers(try received(channel)) == ["404 none"])
        let other = try connection(Echo())
        send("GET / HTTP/1.1\r\nHost: x\r\nUpgrade: h2c\r\n\r\n", other)
        #expect(answers(try received(other)).first?.hasPrefix("400") == true)
    }

    @Test("HEAD has a length and no body; HTTP/1.0 and Connection: close end the connection")
    func obeysConnectionHeaders() throws {
        let head = try connection(Echo())
        send("HEAD /abc HTTP/1.1\r\nHost: x\r\n\r\n", head)
        let text = try received(head)
        #expect(text.contains("Content-Length: 4\r\n") && text.hasSuffix("\r\n\r\n"))
        let old = try connection(Echo())
        send("GET /abc HTTP/1.0\r\n\r\n", old)
        #expect(answers(try received(old)) == ["200 /abc"])
        #expect(!old.isActive)
        let closing = try connection(Echo())
        send("GET /abc HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", closing)
        #expect(try received(closing).contains("Connection: close"))
        #expect(!closing.isActive)
    }
}
