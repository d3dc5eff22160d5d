import Glibc
import NIOCore
import NIOSSL

/// A client's side of TLS.
enum TLSClient {
    /// Whom it trusts: the authorities in the file that `AWS_CA_BUNDLE` names, as AWS's clients do, or the system's.
    private static let context: Result<NIOSSLContext, any Error> = Result {
        var configuration = TLSConfiguration.makeClientConfiguration()
        if let file = getenv("AWS_CA_BUNDLE").map({ String(cString: $0) }), !file.isEmpty {
            configuration.trustRoots = .file(file)
        }
        return try NIOSSLContext(configuration: configuration)
    }

    /// Adds TLS to a connection that is being made, where the endpoint wants it. To be called before the protocol's
    /// handlers are added.
    /// - Throws: when the file of authorities cannot be used.
    static func secure(_ channel: any Channel, to endpoint: Endpoint) throws {
        guard case .tls(let host, _) = endpoint else { return }
        // A numeric address is checked as the one that was connected to.
        let isNumeric = (try? SocketAddress(ipAddress: host, port: 443)) != nil
        let handler = try NIOSSLClientHandler(context: try context.get(), serverHostname: isNumeric ? nil : host)
        try channel.pipeline.syncOperations.addHandler(handler)
    }

    /// What is said of an error, with what to do about one of TLS.
    static func words(_ error: any Error) -> String {
        switch error {
        case is NIOSSLError, is NIOSSLExtraError, is BoringSSLError:
            "TLS failed: \(error) (AWS_CA_BUNDLE can name a file of the authorities to trust)"
        default: "\(error)"
        }
    }
}
