import AWSWire
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// An HTTP/1.1 client for one server, over TCP or a unix socket. Connections are kept and used again; every answer has
/// a limit in size and time. Used for the container engine and for our own API.
package final class HTTPClient: Sendable {
    /// Connections kept for later; more may be open at once.
    private static let maximumIdle = 16
    private static let connectTimeout = TimeAmount.seconds(5)

    private let endpoint: Endpoint
    private let group: any EventLoopGroup
    private let idle = Mutex<[any Channel]>([])

    package init(_ endpoint: Endpoint, group: any EventLoopGroup) {
        self.endpoint = endpoint
        self.group = group
    }

    /// Sends a request and waits for the whole answer.
    /// - Parameters:
    ///   - timeout: for everything together, connecting included.
    ///   - limit: bytes of the answer's body.
    /// - Throws: `HTTPClientError`. Any status is an answer.
    package func send(
        _ request: HTTPRequestMessage, timeout: Duration, limit: Int = 16 << 20
    ) async throws -> HTTPResponseMessage {
        if let channel = takeIdle() {
            do {
                return try await exchange(request, on: channel, timeout, limit)
            } catch HTTPExchangeError.closedBeforeAnswer {
                // The server had closed the kept connection, so it never saw the request.
            } catch {
                throw HTTPClient.translated(error)
            }
        }
        do {
            return try await exchange(request, on: try await connect(), timeout, limit)
        } catch {
            throw HTTPClient.translated(error)
        }
    }

    /// Sends a request and hands its answer's body out as it comes.
    /// - Returns: the status, and the body; the stream ends with the connection, and ending it early closes the
    ///   connection.
    package func stream(
        _ request: HTTPRequestMessage, timeout: Duration
    ) async throws -> (status: Int, body: AsyncThrowingStream<[UInt8], any Error>) {
        do {
            let channel = try await connect()
            let (stream, continuation) = AsyncThrowingStream<[UInt8], any Error>.makeStream()
            continuation.onTermination = { _ in channel.close(promise: nil) }
            let head = channel.eventLoop.makePromise(of: Int.self)
            let call = HTTPCall(request: request, timeout: timeout, answer: .stream(head, continuation))
            channel.writeAndFlush(call, promise: nil)
            let status = try await withTaskCancellationHandler {
                try await head.futureResult.get()
            } onCancel: {
                channel.close(promise: nil)
            }
            return (status, stream)
        } catch {
            throw HTTPClient.translated(error)
        }
    }

    /// Closes the kept connections.
    package func close() {
        let channels = idle.withLock { channels in
            defer { channels = [] }
            return channels
        }
        for channel in channels { channel.close(promise: nil) }
    }

    private func takeIdle() -> (any Channel)? {
        idle.withLock { channels in
            while let channel = channels.popLast() {
                if channel.isActive { return channel }
            }
            return nil
        }
    }

    private func connect() async throws -> any Channel {
        let bootstrap = ClientBootstrap(group: group)
            .connectTimeout(HTTPClient.connectTimeout)
            .channelInitializer { [endpoint] channel in
                channel.eventLoop.makeCompletedFuture {
                    try TLSClient.secure(channel, to: endpoint)
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHTTPClientHandlers(leftOverBytesStrategy: .dropBytes)
                    try pipeline.addHandler(HTTPExchangeHandler())
                }
            }
        switch endpoint {
        case .unix(let path): return try await bootstrap.connect(unixDomainSocketPath: path).get()
        case .tcp(let host, let port), .tls(let host, let port):
            // A numeric address needs no resolver.
            if let address = try? SocketAddress(ipAddress: host, port: port) {
                return try await bootstrap.connect(to: address).get()
            }
            return try await bootstrap.connect(host: host, port: port).get()
        }
    }

    private func exchange(
        _ request: HTTPRequestMessage, on channel: any Channel, _ timeout: Duration, _ limit: Int
    ) async throws -> HTTPResponseMessage {
        let promise = channel.eventLoop.makePromise(of: HTTPAnswer.self)
        let call = HTTPCall(request: request, timeout: timeout, answer: .whole(promise, limit: limit))
        channel.writeAndFlush(call, promise: nil)
        // Whoever no longer waits for the answer ends the connection, and with it the wait.
        let answer = try await withTaskCancellationHandler {
            try await promise.futureResult.get()
        } onCancel: {
            channel.close(promise: nil)
        }
        if answer.isReusable { keep(channel) }
        return answer.message
    }

    private func keep(_ channel: any Channel) {
        let isKept = idle.withLock { channels in
            guard channels.count < HTTPClient.maximumIdle else { return false }
            channels.append(channel)
            return true
        }
        if !isKept { channel.close(promise: nil) }
    }

    private static func translated(_ error: any Error) -> any Error {
        switch error {
        case is HTTPClientError, is CancellationError: error
        case HTTPExchangeError.closedBeforeAnswer: HTTPClientError.unreachable("the connection was closed")
        default: HTTPClientError.unreachable(TLSClient.words(error))
        }
    }
}
