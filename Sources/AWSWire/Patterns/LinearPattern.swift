/// A regular expression that comes from a client.
///
/// Its cost is bounded: all ways through the expression advance together, one character at a time (Thompson's
/// construction), and a value costs at most its length times the expression's. Backreferences and look-around cannot be
/// had at that price; they are refused.
/// Source: Amazon ECS Developer Guide, "Cluster query language": patterns follow Java's regular expressions.
package struct LinearPattern: Sendable, Equatable {
    /// The expression as it was given.
    package let source: String
    private let program: [LinearPatternStep]

    /// Compiles an expression.
    /// - Throws: what is wrong with it, or more than a value's worth of steps.
    package init(_ source: String) throws(LinearPatternError) {
        self.source = source
        program = try LinearPatternCompiler.compile(source)
    }

    package static func == (left: LinearPattern, right: LinearPattern) -> Bool { left.source == right.source }

    /// Whether the whole of `value` matches.
    package func matches(_ value: String) -> Bool {
        let scalars = Array(value.unicodeScalars)
        var threads = Threads(program.count)
        threads.add(0, program, isStart: true, isEnd: scalars.isEmpty)
        for (index, scalar) in scalars.enumerated() {
            let current = threads.take()
            guard !current.isEmpty else { return false }
            for position in current {
                guard case .scalar(let set) = program[position], set.contains(scalar) else { continue }
                threads.add(position + 1, program, isStart: false, isEnd: index + 1 == scalars.count)
            }
        }
        return threads.hasEnded
    }

    /// Whether some part of `value` matches.
    package func isFound(in value: String) -> Bool {
        let scalars = Array(value.unicodeScalars)
        var threads = Threads(program.count)
        threads.add(0, program, isStart: true, isEnd: scalars.isEmpty)
        for (index, scalar) in scalars.enumerated() {
            if threads.hasEnded { return true }
            let isEnd = index + 1 == scalars.count
            for position in threads.take() {
                guard case .scalar(let set) = program[position], set.contains(scalar) else { continue }
                threads.add(position + 1, program, isStart: false, isEnd: isEnd)
            }
            threads.add(0, program, isStart: false, isEnd: isEnd)
        }
        return threads.hasEnded
    }
}

/// Why a text is no expression that is taken: a sentence for the user.
package struct LinearPatternError: Error, Sendable, Equatable {
    package var message: String
}

/// The places in a program that the characters so far lead to.
private struct Threads {
    private var positions: [Int] = []
    private var isIn: [Bool]
    private(set) var hasEnded = false

    init(_ count: Int) { isIn = Array(repeating: false, count: count) }

    /// Hands the places over, to begin with the next character.
    mutating func take() -> [Int] {
        defer {
            for position in positions { isIn[position] = false }
            positions.removeAll(keepingCapacity: true)
            hasEnded = false
        }
        return positions
    }

    /// Adds a place and all that lie behind it without a character in between.
    mutating func add(_ start: Int, _ program: [LinearPatternStep], isStart: Bool, isEnd: Bool) {
        var stack = [start]
        while let position = stack.popLast() {
            guard !isIn[position] else { continue }
            isIn[position] = true
            positions.append(position)
            switch program[position] {
            case .scalar: continue
            case .end: hasEnded = true
            case .jump(let target): stack.append(target)
            case .split(let first, let second): stack += [second, first]
            case .atStart: if isStart { stack.append(position + 1) }
            case .atEnd: if isEnd { stack.append(position + 1) }
            }
        }
    }
}

/// One step of a compiled expression.
enum LinearPatternStep: Sendable {
    /// Takes one character.
    case scalar(LinearPatternSet)
    case jump(Int)
    /// Goes both ways.
    case split(Int, Int)
    case atStart
    case atEnd
    /// The expression has matched.
    case end
}

/// A set of characters.
struct LinearPatternSet: Sendable {
    var ranges: [ClosedRange<UInt32>] = []
    var isNegated = false

    func contains(_ scalar: Unicode.Scalar) -> Bool {
        ranges.contains { $0.contains(scalar.value) } != isNegated
    }

    /// Everything that is not in the set.
    var inverted: LinearPatternSet { LinearPatternSet(ranges: ranges, isNegated: !isNegated) }

    /// The set of an escape such as `\d`; nil for a letter that names none.
    static func named(_ letter: Unicode.Scalar) -> LinearPatternSet? {
        switch letter {
        case "d": LinearPatternSet(ranges: [0x30...0x39])
        case "w": LinearPatternSet(ranges: [0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
        case "s": LinearPatternSet(ranges: [0x09...0x0D, 0x20...0x20])
        case "D": named("d")?.inverted
        case "W": named("w")?.inverted
        case "S": named("s")?.inverted
        default: nil
        }
    }
}
