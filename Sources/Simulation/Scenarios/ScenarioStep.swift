import AWSWire
import Agent
import State

/// What a line of a scenario asks for.
enum ScenarioStep: Equatable {
    /// `aws ecs …`
    case call([String])
    /// `instance a1 in us-east-1a cpu 4096 memory 8192 attributes stack=web`
    case instance(name: String, zone: String, options: [String: String])
    /// `wait 40 s`
    case wait(Duration)
    /// `until service web is steady`
    case until(ScenarioCondition)
    /// `task 1 exits with 1`, `task 1 runs out of memory`
    case end(task: Int, code: Int, isOutOfMemory: Bool)
    /// `task 1 becomes unhealthy`
    case health(task: Int, ContainerHealth)
    /// `a1 is switched off`, and what else happens to a machine.
    case machine(name: String, MachineAct)
    /// `containers take 5 s to start`
    case delay(DelayedPart, Duration)
    /// `alarm slow is OK`, `alarm slow is ALARM`; `alarm slow is OK within 5 min`: how long it takes to go off
    case alarm(name: String, AlarmRecord.State, time: Duration)
    /// `target groups blue green drain 10 s`
    case targetGroups([String], delay: Duration)
    /// `task 1 answers nothing`, `task 1 answers again`
    case answering(task: Int, Bool)
    /// `show instances`
    case showInstances

    /// What happens to a machine.
    enum MachineAct: String, CaseIterable {
        case agentStops = "loses its agent"
        case agentStarts = "starts its agent"
        case networkBreaks = "loses its network"
        case networkHeals = "has its network again"
        case off = "is switched off"
        case on = "is switched on"
    }

    /// What an engine takes its time for.
    enum DelayedPart: String {
        case pull, start, stop
    }

    /// Whether the history shows the line: what only lets time pass is seen by the clock.
    var isTold: Bool {
        switch self {
        case .wait, .until: false
        default: true
        }
    }

    init(_ words: [String]) throws(ScenarioError) {
        guard let step = ScenarioStep.read(words) else {
            throw ScenarioError("nobody knows what this means: \(words.joined(separator: " "))")
        }
        self = step
    }

    private static func read(_ words: [String]) -> ScenarioStep? {
        switch words.first {
        case "aws" where words.count > 2 && words[1] == "ecs": return .call(Array(words.dropFirst(2)))
        case "instance": return instance(words)
        case "wait": return duration(words.dropFirst()).map { .wait($0) }
        case "until": return ScenarioCondition(Array(words.dropFirst())).map { .until($0) }
        case "task": return task(words)
        case "containers": return delay(words)
        case "alarm": return alarm(words)
        case "target" where words.count > 5 && words[1] == "groups" && words[words.count - 3] == "drain":
            return duration(words.suffix(2)).map { .targetGroups(Array(words[2..<(words.count - 3)]), delay: $0) }
        case "show" where words == ["show", "instances"]: return .showInstances
        case let name?:
            let act = MachineAct(rawValue: words.dropFirst().joined(separator: " "))
            return act.map { .machine(name: name, $0) }
        case nil: return nil
        }
    }

    private static func instance(_ words: [String]) -> ScenarioStep? {
        guard words.count >= 4, words[2] == "in", words.count.isMultiple(of: 2) else { return nil }
        var options: [String: String] = [:]
        for index in stride(from: 4, to: words.count, by: 2) { options[words[index]] = words[index + 1] }
        return .instance(name: words[1], zone: words[3], options: options)
    }

    private static func alarm(_ words: [String]) -> ScenarioStep? {
        guard words.count == 4 || (words.count == 7 && words[4] == "within"), words[2] == "is",
            let state = AlarmRecord.State(rawValue: words[3]),
            let time = words.count == 4 ? .seconds(60) : duration(words[5...6])
        else { return nil }
        return .alarm(name: words[1], state, time: time)
    }

    /// `40 s`, `5 min` or `2 h`.
    static func duration(_ words: ArraySlice<String>) -> Duration? {
        guard words.count == 2, let number = words.first.flatMap({ Int($0) }), number >= 0 else { return nil }
        switch words.last {
        case "s": return .seconds(number)
        case "min": return .seconds(60 * number)
        case "h": return .seconds(3_600 * number)
        default: return nil
        }
    }

    private static func task(_ words: [String]) -> ScenarioStep? {
        guard words.count >= 3, let task = Int(words[1]) else { return nil }
        switch words.dropFirst(2).joined(separator: " ") {
        case "runs out of memory": return .end(task: task, code: 137, isOutOfMemory: true)
        case "answers nothing": return .answering(task: task, false)
        case "answers again": return .answering(task: task, true)
        case "becomes healthy": return .health(task: task, .healthy)
        case "becomes unhealthy": return .health(task: task, .unhealthy)
        default:
            guard words.count == 5, words[2] == "exits", words[3] == "with", let code = Int(words[4]) else {
                return nil
            }
            return .end(task: task, code: code, isOutOfMemory: false)
        }
    }

    private static func delay(_ words: [String]) -> ScenarioStep? {
        guard words.count == 6, words[1] == "take", words[4] == "to", let part = DelayedPart(rawValue: words[5]),
            let time = duration(words[2...3])
        else { return nil }
        return .delay(part, time)
    }
}
