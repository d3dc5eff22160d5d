import AWSWire

/// A pattern that finds log events: words, a row of fields, or conditions on JSON.
///
/// Every pattern costs at most its length times the event's. Words are found anywhere in an event, with regard to case.
/// Source: CloudWatch Logs User Guide, "Filter pattern syntax for metric filters, subscription filters, filter log
/// events, and Live Tail".
struct FilterPattern: Sendable {
    private enum Kind: Sendable {
        /// Finds everything.
        case empty
        case terms(TermPattern)
        case fields(FieldPattern)
        case json(JSONPattern)
    }

    private let kind: Kind

    /// - Throws: `InvalidParameterException` for what cannot be read, or is not supported.
    init(_ text: String) throws(WireError) {
        var scanner = PatternScanner(text)
        scanner.skipBlanks()
        switch scanner.peek {
        case nil: kind = .empty
        case "{": kind = .json(try JSONPattern(&scanner))
        case "[": kind = .fields(try FieldPattern(&scanner))
        default:
            let terms = try TermPattern(&scanner)
            kind = terms.isEmpty ? .empty : .terms(terms)
        }
    }

    /// Whether it finds everything.
    var isEmpty: Bool {
        if case .empty = kind { true } else { false }
    }

    /// Whether an event is found.
    /// - Parameter message: UTF-8.
    func matches(_ message: UnsafeRawBufferPointer) -> Bool {
        switch kind {
        case .empty: true
        case .terms(let pattern): pattern.matches(message)
        case .fields(let pattern): pattern.matches(message)
        case .json(let pattern): pattern.matches(message)
        }
    }
}

/// A text that a pattern compares with.
enum PatternText: Sendable, Equatable {
    /// The bytes in order, with anything in between: `*`. One piece has no star.
    case wildcard([[UInt8]])
    case regex(LinearPattern)

    /// - Parameter text: a star stands for anything.
    init(wildcard text: String) {
        self = .wildcard(text.split(separator: "*", omittingEmptySubsequences: false).map { Array($0.utf8) })
    }

    /// Whether the whole of a text matches.
    func matchesWhole(_ text: UnsafeRawBufferPointer) -> Bool {
        switch self {
        case .regex(let pattern): return pattern.isFound(in: String(decoding: text, as: UTF8.self))
        case .wildcard(let pieces):
            guard pieces.count > 1 else { return text.elementsEqual(pieces[0]) }
            guard text.starts(with: pieces[0]) else { return false }
            var position = pieces[0].count
            for piece in pieces[1..<(pieces.count - 1)] {
                guard let found = text.firstRange(of: piece, from: position) else { return false }
                position = found + piece.count
            }
            let last = pieces[pieces.count - 1]
            return text.count - position >= last.count && text.suffix(last.count).elementsEqual(last)
        }
    }

    /// Whether it is somewhere in a text.
    func isFound(in text: UnsafeRawBufferPointer) -> Bool {
        switch self {
        case .regex(let pattern): return pattern.isFound(in: String(decoding: text, as: UTF8.self))
        case .wildcard(let pieces):
            var position = 0
            for piece in pieces {
                guard let found = text.firstRange(of: piece, from: position) else { return false }
                position = found + piece.count
            }
            return true
        }
    }
}

extension UnsafeRawBufferPointer {
    /// Where `piece` first begins at `start` or later. Linear but for patterns that nearly repeat themselves; a piece
    /// is at most as long as a pattern may be.
    func firstRange(of piece: [UInt8], from start: Int) -> Int? {
        guard let first = piece.first else { return start <= count ? start : nil }
        var position = start
        while position + piece.count <= count {
            if self[position] == first {
                var length = 1
                while length < piece.count, self[position + length] == piece[length] { length += 1 }
                if length == piece.count { return position }
            }
            position += 1
        }
        return nil
    }
}
