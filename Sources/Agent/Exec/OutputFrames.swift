/// Takes the output of a process without a terminal apart: the engine sends both streams over one connection, each
/// piece behind eight bytes that say which and how long. Pure.
/// Source: Docker Engine API, ContainerAttach, stream format.
struct OutputFrames: Sendable {
    private static let headerLength = 8

    private var header: [UInt8] = []
    private var remaining = 0
    private var isError = false

    /// What is in the bytes that came; a piece may begin in one call and end in another.
    mutating func take(_ bytes: [UInt8]) -> [EngineOutput] {
        var output: [EngineOutput] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            if remaining > 0 {
                let piece = rest.prefix(remaining)
                remaining -= piece.count
                rest = rest.dropFirst(piece.count)
                output.append(EngineOutput(Array(piece), isError: isError))
            } else {
                let piece = rest.prefix(OutputFrames.headerLength - header.count)
                header += piece
                rest = rest.dropFirst(piece.count)
                guard header.count == OutputFrames.headerLength else { break }
                isError = header[0] == 2
                remaining = header[4..<8].reduce(0) { $0 << 8 | Int($1) }
                header = []
            }
        }
        return output
    }
}
