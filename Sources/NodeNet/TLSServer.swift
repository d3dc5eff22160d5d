import Foundation
import NIOCore
import NIOSSL
import Synchronization

/// A server's side of TLS: a certificate with its chain, and its key, in two PEM files.
///
/// The files are looked at for each client that comes, so a renewed certificate counts without a restart. Files that
/// cannot be used, say because only one of them is the new one yet, change nothing.
package final class TLSServer: Sendable {
    /// Why the files cannot be used.
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    /// What tells one version of a file from another.
    private struct Stamp: Equatable {
        var inode: UInt64
        var size: Int64
        var seconds: Int
        var nanoseconds: Int
    }

    private struct State {
        var context: NIOSSLContext
        /// The files that were looked at last, whether they could be used or not.
        var stamps: [Stamp?]
    }

    private let certificate: String
    private let key: String
    private let tell: @Sendable (String) -> Void
    private let state: Mutex<State>

    /// Reads the files.
    /// - Parameters:
    ///   - certificate: the path of the server's certificate, followed by those that lead to an authority.
    ///   - key: the path of its private key, without a password. It may be the same file.
    ///   - tell: hears what became of files that were renewed.
    /// - Throws: `Failure`, with the file's name.
    package init(certificate: String, key: String, tell: @escaping @Sendable (String) -> Void) throws(Failure) {
        self.certificate = certificate
        self.key = key
        self.tell = tell
        let stamps = TLSServer.stamps(certificate, key)
        state = Mutex(State(context: try TLSServer.load(certificate, key), stamps: stamps))
    }

    /// What speaks TLS for one connection, to be added before the handlers of the protocol.
    package func handler() -> any ChannelHandler {
        NIOSSLServerHandler(context: current())
    }

    private func current() -> NIOSSLContext {
        let found = TLSServer.stamps(certificate, key)
        return state.withLock { state in
            guard found != state.stamps else { return state.context }
            state.stamps = found
            do throws(Failure) {
                state.context = try TLSServer.load(certificate, key)
                tell("the renewed certificate counts from now on")
            } catch { tell("the old certificate stays: \(error)") }
            return state.context
        }
    }

    private static func stamps(_ paths: String...) -> [Stamp?] {
        paths.map { path in
            var found = stat()
            guard stat(path, &found) == 0 else { return nil }
            return Stamp(
                inode: UInt64(found.st_ino), size: Int64(found.st_size), seconds: found.st_mtim.tv_sec,
                nanoseconds: found.st_mtim.tv_nsec)
        }
    }

    private static func load(_ certificate: String, _ key: String) throws(Failure) -> NIOSSLContext {
        let chain = try attempt("the certificate \(certificate)") { try NIOSSLCertificate.fromPEMFile(certificate) }
        guard !chain.isEmpty else { throw Failure(description: "\(certificate) holds no certificate") }
        let key = try attempt("the key \(key)") { try NIOSSLPrivateKey(file: key, format: .pem) }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["http/1.1"]
        return try attempt("the certificate \(certificate) with its key") {
            try NIOSSLContext(configuration: configuration)
        }
    }

    private static func attempt<Value>(_ what: String, _ body: () throws -> Value) throws(Failure) -> Value {
        do { return try body() } catch { throw Failure(description: "\(what) cannot be used: \(error)") }
    }
}
