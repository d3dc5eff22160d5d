import Agent

/// Reads `--delays`: how long the simulated engine takes for each step.
enum SimulatedDelays {
    /// - Parameter text: steps and times, such as `pull=2s,start=300ms`; the steps are pull, create, start and stop.
    /// - Returns: nil when it cannot be read.
    static func parse(_ text: String) -> SimulatedContainers.Delays? {
        var delays = SimulatedContainers.Delays()
        for part in text.split(separator: ",") {
            let sides = part.split(separator: "=", maxSplits: 1).map(String.init)
            guard sides.count == 2, let time = duration(sides[1]) else { return nil }
            switch sides[0] {
            case "pull": delays.pull = time
            case "create": delays.create = time
            case "start": delays.start = time
            case "stop": delays.stop = time
            default: return nil
            }
        }
        return delays
    }

    private static func duration(_ text: String) -> Duration? {
        guard text.hasSuffix("ms") else { return Duration(goText: text) }
        guard let milliseconds = Int(text.dropLast(2)), (0...86_400_000).contains(milliseconds) else { return nil }
        return .milliseconds(milliseconds)
    }
}
