import AWSModels
import AWSWire
import Agent
import Control
import State

/// Lives through a scenario: the real region, agents and API in virtual time, in which nothing happens by chance.
package final class ScenarioRun {
    /// How long a scenario waits for something.
    private static let patience = 2 * 3_600
    /// How long a container takes to start and to stop, unless the scenario says otherwise.
    private static let usualDelay: Duration = .seconds(1)
    /// How long the region has to act on a call before the next line.
    private static let reaction: Duration = .milliseconds(20)

    private let scenario: Scenario
    let stage: Stage
    var witness = ScenarioWitness()
    var delays = SimulatedContainers.Delays()
    /// The tasks that answer no requests, by id.
    private var mute: Set<String> = []

    private var timeline: Timeline { stage.timeline }

    /// The history so far.
    package var lines: [String] { witness.history.lines }

    /// - Parameter controllers: what runs in the control loop; tests put broken ones in.
    package init(_ scenario: Scenario, controllers: [any Controller] = makeControllers()) {
        self.scenario = scenario
        stage = Stage(
            Timeline(seed: 1, trace: Trace(), isCalm: true), controllers: controllers,
            invariants: makeInvariants())
        (delays.start, delays.stop) = (ScenarioRun.usualDelay, ScenarioRun.usualDelay)
    }

    /// The history: a line for each thing that a user of ECS sees happen. The cluster `default` is there.
    /// - Throws: when a line cannot be read or what it waits for does not come, or when an invariant is broken.
    package func history() throws(ScenarioError) -> [String] {
        stage.watch = { [unowned self] changes, _ in witness.note(changes) }
        stage.answers = { [unowned self] task in !mute.contains(task.id) }
        stage.servers.start()
        try advance(.seconds(1))
        _ = try answer("CreateCluster", ["clusterName": "default"])
        for line in scenario.lines {
            try at(line.number) { () throws(ScenarioError) in
                let step = try ScenarioStep(line.words.map { witness.names.resolve($0) })
                if step.isTold {
                    witness.tell(stage.durable, describe)
                    witness.history.say(command: line.text)
                }
                try perform(step)
            }
        }
        try advance(.seconds(1))
        return lines
    }

    private func perform(_ step: ScenarioStep) throws(ScenarioError) {
        switch step {
        case .call(let words):
            try call(try CommandLine(words[...]))
            stage.pass(ScenarioRun.reaction)
        case .instance(let name, let zone, let options): try addInstance(name, zone, options)
        case .wait(let time): try advance(time)
        case .until(let condition): try wait(for: condition)
        case .end(let task, let code, let isOutOfMemory):
            try forEachContainer(of: task) { $0.end($1, code: code, isOutOfMemory: isOutOfMemory) }
        case .health(let task, let health): try forEachContainer(of: task) { $0.change(health, of: $1) }
        case .machine(let name, let act): try perform(act, try host(name))
        case .delay(let part, let time):
            delays[part] = time
            for host in stage.hosts { host.engine.delays = delays }
        case .alarm(let name, let state, let time): try set(alarm: name, state, time)
        case .showInstances: showInstances()
        case .targetGroups(let names, let delay): try addTargetGroups(names, delay)
        case .answering(let task, let isAnswering):
            guard let id = witness.names.task(task) else { throw ScenarioError("there is no task \(task)") }
            if isAnswering { mute.remove(id) } else { mute.insert(id) }
        }
    }

    // MARK: Time

    /// One event; whatever happened in a second that is over is written down before.
    func step() throws(ScenarioError) {
        if let next = timeline.nextTime, witness.history.isOver(at: next) {
            witness.tell(stage.durable, describe)
            witness.history.close(at: next)
        }
        guard stage.step() else { throw ScenarioError("nothing will ever happen again") }
        if let failure = stage.failure { throw ScenarioError("\(failure.invariant): \(failure.breach)") }
    }

    /// A service as DescribeServices shows it: a read is answered at once.
    private func describe(_ service: String) -> JSONValue? {
        let answer = try? answer("DescribeServices", ["services": [.string(service)]])
        return answer?.body["services"]?[0]
    }

    /// Lets time pass, counted from the last whole second.
    private func advance(_ time: Duration) throws(ScenarioError) {
        let passed = (timeline.now - Timeline.start).wholeMilliseconds % 1_000
        let end = timeline.now.advanced(by: time - .milliseconds(passed))
        var isThere = end <= timeline.now
        timeline.after(end - timeline.now) { isThere = true }
        while !isThere { try step() }
    }

    private func wait(for condition: ScenarioCondition) throws(ScenarioError) {
        for _ in 0..<ScenarioRun.patience {
            try advance(.seconds(1))
            if condition.holds(in: stage.durable, witness.names) { return }
        }
        throw ScenarioError("this did not come true in \(ScenarioRun.patience / 3_600) hours")
    }

    // MARK: Calls

    /// Says what CloudWatch would have found.
    private func set(alarm name: String, _ state: AlarmRecord.State, _ time: Duration) throws(ScenarioError) {
        guard let process = stage.servers.ready.first else { throw ScenarioError("the server is gone") }
        process.lane.submit(at: timeline.now) { (transaction, context) throws(WireError) in
            var alarm = AlarmRecord()
            alarm.name = name
            alarm.state = state
            alarm.stateUpdatedAt = context.now
            alarm.periodSeconds = Int(time.components.seconds)
            transaction.put(alarm)
        } reply: { _ in
        }
        stage.pass(ScenarioRun.reaction)
    }

    private func call(_ command: CommandLine) throws(ScenarioError) {
        let (status, body) = try answer(command.operation, command.input)
        if status != 200 {
            let code = body["__type"]?.stringValue ?? "\(status)"
            witness.history.say(witness.names.plain("  \(code): \(body["message"]?.stringValue ?? "")"))
        }
        for failure in body["failures"]?.arrayValue ?? [] {
            let thing = failure["arn"]?.stringValue?.split(separator: "/").last.map { "\($0) " } ?? ""
            witness.history.say(witness.names.plain("  failure: \(thing)\(failure["reason"]?.stringValue ?? "")"))
        }
    }

    private func answer(
        _ operation: String, _ input: JSONValue
    ) throws(ScenarioError) -> (status: Int, body: JSONValue) {
        guard let process = stage.servers.ready.first else { throw ScenarioError("the server is gone") }
        var result: (status: Int, body: JSONValue)?
        process.handle(Network.request(operation, input.encode())) { response in
            result = (response.status, (try? JSONValue.parse(response.body)) ?? .null)
        } abandon: {
        }
        while true {
            if let result { return result }
            try step()
        }
    }
}
