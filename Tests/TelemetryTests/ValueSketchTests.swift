import Testing

@testable import Telemetry

@Suite("Sketches of distributions") struct ValueSketchTests {
    @Test("a value comes back within one per cent", arguments: [1, 0.001, 0.0347, 59.9, 1e9, 1e-9, -2.5, 3.999, 0])
    func accuracy(value: Double) throws {
        var sketch = ValueSketch()
        sketch.add(value)
        let found = try #require(sketch.quantile(0.5))
        #expect(abs(found - value) <= abs(value) * 0.01)
    }

    @Test("quantiles of 1 to 1000", arguments: [(0.0, 1.0), (0.5, 500), (0.9, 900), (0.99, 990), (1, 1_000)])
    func quantiles(fraction: Double, value: Double) throws {
        var sketch = ValueSketch()
        // Any order will do.
        for number in 0..<1_000 { sketch.add(Double(number * 7 % 1_000 + 1)) }
        let found = try #require(sketch.quantile(fraction))
        #expect(abs(found - value) <= value * 0.01)
    }

    @Test("parts add up to the whole")
    func merging() {
        var parts = [ValueSketch(), ValueSketch(), ValueSketch()]
        var whole = ValueSketch()
        for number in 1...300 {
            let value = Double(number * number) / 1_000
            parts[number % 3].add(value, count: 2)
            whole.add(value, count: 2)
        }
        var sum = parts[2]
        sum.add(parts[0])
        sum.add(parts[1])
        #expect(sum == whole)
    }

    @Test("negative values come before positive ones")
    func order() throws {
        var sketch = ValueSketch()
        for value in [5.0, -1, 0, -100, 20] { sketch.add(value) }
        let middle = try #require(sketch.quantile(0.5))
        #expect(middle == 0)
        #expect(try #require(sketch.quantile(0.1)) < -98)
    }

    @Test("the room is bounded, and the high values stay exact")
    func bound() throws {
        var sketch = ValueSketch()
        for exponent in -100..<100 {
            for part in 0..<16 {
                sketch.add(Double(sign: .plus, exponent: exponent, significand: 1 + Double(part) / 16))
            }
        }
        #expect(sketch.steps.count == ValueSketch.maximumSteps)
        #expect(sketch.counts.reduce(0, +) == 3_200)
        let highest = Double(sign: .plus, exponent: 99, significand: 1.9375)
        let found = try #require(sketch.quantile(1))
        #expect(abs(found - highest) < highest * 0.01)
    }

    @Test("what is no number, or beyond every step, does no harm")
    func extremes() {
        var sketch = ValueSketch()
        for value in [Double.nan, .infinity, -.infinity] { sketch.add(value) }
        sketch.add(1, count: 0)
        sketch.add(1, count: -5)
        #expect(sketch.quantile(0.5) == nil)
        for value in [Double.greatestFiniteMagnitude, -.greatestFiniteMagnitude, .leastNonzeroMagnitude] {
            sketch.add(value)
        }
        #expect(sketch.counts == [1, 1, 1])
    }
}
