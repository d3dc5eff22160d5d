import Dispatch
import Foundation
import NodeLink

/// This process's terminal, input and signals, for a command elsewhere.
///
/// `@unchecked Sendable`. Safe because nothing of it changes, and Dispatch's sources may be used from any thread.
final class ExecTerminal: @unchecked Sendable {
    /// What happens here.
    enum Event: Sendable {
        case typed([UInt8])
        case typedEnd
        case resized(TerminalSize)
        /// The process is asked to end.
        case interrupted(Int32)
    }

    /// Whether both the keyboard and the screen are there.
    static var isThere: Bool { isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1 }

    private static let readSize = 16 << 10

    private let sink: @Sendable (Event) -> Void
    private let permits = DispatchSemaphore(value: 0)
    private let signals: [any DispatchSourceSignal]

    /// - Parameter sink: is told, from any thread.
    init(_ sink: @escaping @Sendable (Event) -> Void) {
        self.sink = sink
        signal(SIGPIPE, SIG_IGN)
        signals = [SIGWINCH, SIGINT, SIGTERM, SIGHUP].map { number in
            if number != SIGWINCH { signal(number, SIG_IGN) }
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                if number != SIGWINCH { return sink(.interrupted(number)) }
                if let size = ExecTerminal.size { sink(.resized(size)) }
            }
            source.activate()
            return source
        }
    }

    /// The screen's size; nil without one.
    static var size: TerminalSize? {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 else { return nil }
        return TerminalSize(columns: Int(size.ws_col), rows: Int(size.ws_row))
    }

    /// Begins to read, as far as `allowMore` says. The thread ends with the input, or with the process.
    func read() {
        let (sink, permits) = (sink, permits)
        Thread.detachNewThread {
            var buffer = [UInt8](repeating: 0, count: ExecTerminal.readSize)
            while true {
                permits.wait()
                let count = Glibc.read(STDIN_FILENO, &buffer, buffer.count)
                if count < 0, errno == EINTR || errno == EAGAIN {
                    permits.signal()
                    continue
                }
                guard count > 0 else { return sink(.typedEnd) }
                sink(.typed(Array(buffer[..<count])))
            }
        }
    }

    /// Lets one more piece be read.
    func allowMore() { permits.signal() }

    /// Writes all bytes.
    /// - Returns: false when nobody reads them any more.
    static func write(_ bytes: [UInt8], isError: Bool) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.write(isError ? STDERR_FILENO : STDOUT_FILENO, $0.baseAddress, $0.count)
            }
            if count < 0, errno == EINTR || errno == EAGAIN { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    /// Hands every key on as it is.
    /// - Returns: the settings before, to be restored.
    static func makeRaw() -> termios? {
        var settings = termios()
        guard tcgetattr(STDIN_FILENO, &settings) == 0 else { return nil }
        var raw = settings
        cfmakeraw(&raw)
        guard tcsetattr(STDIN_FILENO, TCSADRAIN, &raw) == 0 else { return nil }
        return settings
    }

    static func restore(_ settings: termios?) {
        guard var settings else { return }
        _ = tcsetattr(STDIN_FILENO, TCSADRAIN, &settings)
    }
}
