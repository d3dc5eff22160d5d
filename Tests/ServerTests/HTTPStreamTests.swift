import AWSWire
import NIOCore
import NIOEmbedded
import NIOHTTP1
import Synchronization
import Testing

@testable import Server

/// Answers that last: what a live tail's reader sees.
@Suite("HTTP streams") struct HTTPStreamTests {
    /// Answers every request with a stream that the test feeds.
    private final class Source: RequestHandling {
        let sink = Mutex<BodyStream.Sink?>(nil)
        let closings = Mutex(0)

        func handle(_ request: HTTPRequestMessage, respond: @escaping @Sendable (HTTPResponseMessage) -> Void) {
            let stream = BodyStream(
                open: { sink in self.sink.withLock { $0 = sink } }, close: { self.closings.withLock { $0 += 1 } })
            respond(HTTPResponseMessage(status: 200, headers: ["Content-Type": "x/y"], stream: stream))
        }

        func upgrade(_ request: HTTPRequestMessage) -> UpgradeDecision { .refuse(HTTPResponseMessage(status: 404)) }

        func send(_ text: String) { sink.withLock { $0 }?.send(Array(text.utf8)) }
    }

    private func open(_ source: Source) throws -> EmbeddedChannel {
        let channel = EmbeddedChannel()
        try channel.pipeline.syncOperations.addHandlers([
            ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes)),
            HTTPHandler(source, ListenerLimits()),
        ])
        try channel.connect(to: SocketAddress(unixDomainSocketPath: "/test")).wait()
        try channel.writeInbound(ByteBuffer(string: "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"))
        return channel
    }

    private func received(_ channel: EmbeddedChannel) throws -> String {
        channel.embeddedEventLoop.run()
        var text = ""
        while var buffer = try channel.readOutbound(as: ByteBuffer.self) {
            text += buffer.readString(length: buffer.readableBytes) ?? ""
        }
        return text
    }

    @Test("come in chunks, each when it is there, and end with the connection")
    func chunks() throws {
        let source = Source()
        let channel = try open(source)
        let head = try received(channel)
        #expect(head.hasPrefix("HTTP/1.1 200 OK\r\nContent-Type: x/y\r\n") && head.hasSuffix("\r\n\r\n"))
        #expect(head.contains("Transfer-Encoding: chunked\r\n") && !head.contains("Content-Length"))
        source.send("one")
        #expect(try received(channel) == "3\r\none\r\n")
        source.send("")
        source.send(String(repeating: "x", count: 20))
        #expect(try received(channel) == "14\r\n\(String(repeating: "x", count: 20))\r\n")
        source.sink.withLock { $0 }?.finish()
        #expect(try received(channel) == "0\r\n\r\n")
        #expect(!channel.isActive && source.closings.withLock { $0 } == 1)
        source.send("late")
        #expect(try received(channel) == "")
    }

    @Test("end when the reader goes, however it goes")
    func readerGoes() throws {
        for isHalf in [true, false] {
            let source = Source()
            let channel = try open(source)
            _ = try received(channel)
            if isHalf {
                channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
            } else {
                channel.close(promise: nil)
            }
            channel.embeddedEventLoop.run()
            #expect(!channel.isActive && source.closings.withLock { $0 } == 1)
            source.send("into the void")
            channel.embeddedEventLoop.run()
        }
    }

    @Test("are not ended by the limits for requests, and what is sent meanwhile is not heard")
    func lasts() throws {
        let source = Source()
        let channel = try open(source)
        _ = try received(channel)
        channel.embeddedEventLoop.advanceTime(by: .hours(1))
        try channel.writeInbound(ByteBuffer(string: "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"))
        source.send("still")
        #expect(try received(channel) == "5\r\nstill\r\n")
        channel.close(promise: nil)
        channel.embeddedEventLoop.run()
        #expect(source.closings.withLock { $0 } == 1)
    }
}
