/// Translates a regular expression into steps, by recursive descent.
struct LinearPatternCompiler {
    private static let maximumSteps = 4_000
    private static let maximumDepth = 40
    private static let maximumCount = 1_000

    private let source: String
    private var rest: ArraySlice<Unicode.Scalar>
    private var depth = 0

    /// The steps of `source`.
    static func compile(_ source: String) throws(LinearPatternError) -> [LinearPatternStep] {
        var compiler = LinearPatternCompiler(source: source, rest: Array(source.unicodeScalars)[...])
        let steps = try compiler.alternatives()
        guard compiler.rest.isEmpty else { throw compiler.invalid }
        return steps + [.end]
    }

    private var invalid: LinearPatternError { LinearPatternError(message: "'\(source)' is not a regular expression.") }

    private var tooLarge: LinearPatternError {
        LinearPatternError(message: "The regular expression '\(source)' is too large.")
    }

    /// `a|b|c`
    private mutating func alternatives() throws(LinearPatternError) -> [LinearPatternStep] {
        depth += 1
        defer { depth -= 1 }
        guard depth <= LinearPatternCompiler.maximumDepth else { throw tooLarge }
        var steps = try sequence()
        while rest.first == "|" {
            rest.removeFirst()
            let other = try sequence()
            let left = [.split(1, steps.count + 2)] + moved(steps, by: 1)
            steps = left + [.jump(left.count + 1 + other.count)] + moved(other, by: left.count + 1)
            guard steps.count <= LinearPatternCompiler.maximumSteps else { throw tooLarge }
        }
        return steps
    }

    /// `abc`
    private mutating func sequence() throws(LinearPatternError) -> [LinearPatternStep] {
        var steps: [LinearPatternStep] = []
        while let next = rest.first, next != "|", next != ")" {
            steps += moved(try repeated(try atom()), by: steps.count)
            guard steps.count <= LinearPatternCompiler.maximumSteps else { throw tooLarge }
        }
        return steps
    }

    /// `a`, `.`, `[a-z]`, `\d`, `(…)`, `^`, `$`
    private mutating func atom() throws(LinearPatternError) -> [LinearPatternStep] {
        guard let next = rest.popFirst() else { throw invalid }
        switch next {
        case "(": return try group()
        case "[": return [.scalar(try characterClass())]
        case ".": return [.scalar(LinearPatternSet(ranges: [10...10], isNegated: true))]
        case "^": return [.atStart]
        case "$": return [.atEnd]
        case "\\": return [.scalar(try escape())]
        case "*", "+", "?", "{": throw invalid
        default: return [.scalar(LinearPatternSet(ranges: [next.value...next.value]))]
        }
    }

    private mutating func group() throws(LinearPatternError) -> [LinearPatternStep] {
        if rest.first == "?" {
            guard rest.dropFirst().first == ":" else {
                throw LinearPatternError(
                    message: "'\(source)' uses look-around or named groups, which are not supported.")
            }
            rest.removeFirst(2)
        }
        let steps = try alternatives()
        guard rest.popFirst() == ")" else { throw invalid }
        return steps
    }

    private mutating func escape() throws(LinearPatternError) -> LinearPatternSet {
        guard let letter = rest.popFirst() else { throw invalid }
        if let set = LinearPatternSet.named(letter) { return set }
        let plain: [Unicode.Scalar: Unicode.Scalar] = ["n": "\n", "r": "\r", "t": "\t"]
        if let scalar = plain[letter] { return LinearPatternSet(ranges: [scalar.value...scalar.value]) }
        guard !letter.properties.isAlphabetic, !("0"..."9").contains(letter) else {
            throw LinearPatternError(message: "'\\\(letter)' in '\(source)' is not supported.")
        }
        return LinearPatternSet(ranges: [letter.value...letter.value])
    }

    private mutating func characterClass() throws(LinearPatternError) -> LinearPatternSet {
        var set = LinearPatternSet()
        if rest.first == "^" {
            set.isNegated = true
            rest.removeFirst()
        }
        var isFirst = true
        while let next = rest.popFirst() {
            if next == "]", !isFirst { return set }
            isFirst = false
            let item = next == "\\" ? try escape() : LinearPatternSet(ranges: [next.value...next.value])
            guard !item.isNegated else { throw invalid }
            guard rest.first == "-", let end = rest.dropFirst().first, end != "]", item.ranges.count == 1 else {
                set.ranges += item.ranges
                continue
            }
            rest.removeFirst(2)
            let last = end == "\\" ? try escape().ranges[0].lowerBound : end.value
            guard last >= item.ranges[0].lowerBound else { throw invalid }
            set.ranges.append(item.ranges[0].lowerBound...last)
        }
        throw invalid
    }

    // MARK: Counts

    /// What follows an atom: `*`, `+`, `?`, `{2,5}`. A lazy mark changes nothing where the whole has to match.
    private mutating func repeated(_ atom: [LinearPatternStep]) throws(LinearPatternError) -> [LinearPatternStep] {
        guard let count = try count() else { return atom }
        if rest.first == "?" { rest.removeFirst() }
        if rest.first == "+" {
            throw LinearPatternError(message: "Possessive counts are not supported in '\(source)'.")
        }
        let copies = max(count.minimum, count.maximum ?? count.minimum + 1)
        guard copies * (atom.count + 1) <= LinearPatternCompiler.maximumSteps else { throw tooLarge }
        var steps: [LinearPatternStep] = []
        for _ in 0..<count.minimum { steps += moved(atom, by: steps.count) }
        guard let maximum = count.maximum else { return steps + moved(any(atom), by: steps.count) }
        for _ in count.minimum..<maximum {
            // Each further one may be left out, and with it all that follow.
            let end = steps.count + 1 + atom.count
            steps.append(.split(steps.count + 1, end))
            steps += moved(atom, by: steps.count)
        }
        return steps
    }

    /// `a*`
    private func any(_ atom: [LinearPatternStep]) -> [LinearPatternStep] {
        [.split(1, atom.count + 2)] + moved(atom, by: 1) + [.jump(0)]
    }

    private mutating func count() throws(LinearPatternError) -> (minimum: Int, maximum: Int?)? {
        switch rest.first {
        case "*":
            rest.removeFirst()
            return (0, nil)
        case "+":
            rest.removeFirst()
            return (1, nil)
        case "?":
            rest.removeFirst()
            return (0, 1)
        case "{":
            rest.removeFirst()
            return try bounds()
        default: return nil
        }
    }

    private mutating func bounds() throws(LinearPatternError) -> (minimum: Int, maximum: Int?) {
        guard let end = rest.firstIndex(of: "}") else { throw invalid }
        let text = String(String.UnicodeScalarView(rest[..<end]))
        rest = rest[(end + 1)...]
        let parts = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard parts.count <= 2, let minimum = Int(parts[0]), (0...LinearPatternCompiler.maximumCount).contains(minimum)
        else { throw invalid }
        guard parts.count == 2 else { return (minimum, minimum) }
        guard !parts[1].isEmpty else { return (minimum, nil) }
        guard let maximum = Int(parts[1]), (minimum...LinearPatternCompiler.maximumCount).contains(maximum) else {
            throw invalid
        }
        return (minimum, maximum)
    }

    /// The same steps at another place of the program.
    private func moved(_ steps: [LinearPatternStep], by offset: Int) -> [LinearPatternStep] {
        guard offset > 0 else { return steps }
        return steps.map { step in
            switch step {
            case .jump(let target): .jump(target + offset)
            case .split(let first, let second): .split(first + offset, second + offset)
            default: step
            }
        }
    }
}
