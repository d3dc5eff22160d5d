import AWSWire

/// JSON objects that arrive one on each line, as the engine sends events and progress.
struct JSONLines: AsyncSequence, Sendable {
    /// A longer line ends the stream.
    private static let maximumLine = 4 << 20

    private let bytes: AsyncThrowingStream<[UInt8], any Error>

    init(_ bytes: AsyncThrowingStream<[UInt8], any Error>) { self.bytes = bytes }

    func makeAsyncIterator() -> Iterator { Iterator(chunks: bytes.makeAsyncIterator()) }

    struct Iterator: AsyncIteratorProtocol {
        var chunks: AsyncThrowingStream<[UInt8], any Error>.Iterator
        private var pending: [UInt8] = []
        private var lines: [[UInt8]] = []

        init(chunks: AsyncThrowingStream<[UInt8], any Error>.Iterator) { self.chunks = chunks }

        /// The next object; lines that are none are passed over.
        mutating func next() async throws -> JSONValue? {
            while true {
                while !lines.isEmpty {
                    if let value = try? JSONValue.parse(lines.removeFirst()) { return value }
                }
                guard let chunk = try await chunks.next() else {
                    guard !pending.isEmpty else { return nil }
                    lines = [pending]
                    pending = []
                    continue
                }
                pending += chunk
                guard pending.count <= JSONLines.maximumLine else { return nil }
                split()
            }
        }

        private mutating func split() {
            while let end = pending.firstIndex(of: UInt8(ascii: "\n")) {
                lines.append(Array(pending[..<end]))
                pending.removeSubrange(...end)
            }
        }
    }
}
