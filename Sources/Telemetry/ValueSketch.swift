/// How values are distributed, within one per cent, in a room that does not grow with their number. Sketches of parts
/// add up to the sketch of the whole.
///
/// Every power of two has 128 steps of the same width, and a value counts as the beginning of its step, so whole
/// numbers up to 256 are exact. That is a logarithmic histogram (as DDSketch and HDR Histogram are) whose index is the
/// leading bits of the number itself.
package struct ValueSketch: Sendable, Equatable {
    private static let stepsPerOctave = 128
    /// What is nearer to zero than the one, or further from it than the other, counts as that.
    private static let exponents = -120...120
    /// More steps than measured times have; the lowest become one then, for it is the high ones that are asked for.
    static let maximumSteps = 1_024

    /// The steps that have values, ascending.
    private(set) var steps: [Int16] = []
    /// How many values each has.
    private(set) var counts: [Double] = []

    package init() {}

    /// Adds a value.
    /// - Parameters:
    ///   - value: a finite number; others are left out.
    ///   - count: how often; nothing is added for 0 and less.
    package mutating func add(_ value: Double, count: Double = 1) {
        guard value.isFinite, count > 0 else { return }
        add(step: ValueSketch.step(of: value), count)
        shrink()
    }

    /// Adds the values of another sketch.
    package mutating func add(_ other: ValueSketch) {
        for (step, count) in zip(other.steps, other.counts) { add(step: step, count) }
        shrink()
    }

    /// The value that `fraction` of the values are not above: the median for 0.5.
    /// - Returns: nil when there is no value.
    package func quantile(_ fraction: Double) -> Double? {
        guard let last = steps.last else { return nil }
        let wanted = counts.reduce(0, +) * min(max(fraction, 0), 1)
        var seen = 0.0
        for (step, count) in zip(steps, counts) {
            seen += count
            if seen >= wanted { return ValueSketch.value(of: step) }
        }
        return ValueSketch.value(of: last)
    }

    private mutating func add(step: Int16, _ count: Double) {
        var low = 0
        var high = steps.count
        while low < high {
            let middle = (low + high) / 2
            if steps[middle] < step { low = middle + 1 } else { high = middle }
        }
        if low < steps.count, steps[low] == step {
            counts[low] += count
        } else {
            steps.insert(step, at: low)
            counts.insert(count, at: low)
        }
    }

    private mutating func shrink() {
        let surplus = steps.count - ValueSketch.maximumSteps
        guard surplus > 0 else { return }
        let merged = counts[...surplus].reduce(0, +)
        steps.removeFirst(surplus)
        counts.removeFirst(surplus)
        counts[0] = merged
    }

    // MARK: Steps

    /// 0 for zero, negative for negative values.
    private static func step(of value: Double) -> Int16 {
        let size = abs(value)
        guard size > 0, Int(size.exponent) >= exponents.lowerBound else { return 0 }
        let step: Int
        if Int(size.exponent) > exponents.upperBound {
            step = (exponents.count + 1) * stepsPerOctave - 1
        } else {
            // The significand is from 1 up to 2.
            let place = Int((size.significand - 1) * Double(stepsPerOctave))
            step = (Int(size.exponent) - exponents.lowerBound + 1) * stepsPerOctave + place
        }
        return Int16(value < 0 ? -step : step)
    }

    /// The beginning of a step.
    private static func value(of step: Int16) -> Double {
        guard step != 0 else { return 0 }
        let (octave, place) = Int(step.magnitude).quotientAndRemainder(dividingBy: stepsPerOctave)
        let significand = 1 + Double(place) / Double(stepsPerOctave)
        let size = Double(sign: .plus, exponent: octave - 1 + exponents.lowerBound, significand: significand)
        return step < 0 ? -size : size
    }
}
