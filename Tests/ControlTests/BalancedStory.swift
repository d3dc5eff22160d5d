import AWSModels
import AWSWire
import Scheduling

@testable import Control
@testable import State

/// A service of two tasks behind a load balancer, with a balancer node and agents that do at once what they are told.
struct BalancedStory {
    static let groups = ["blue", "green"].map { TargetGroupRecord.key($0, "0123456789abcdef") }
    static let node = BalancerNodeRecord.key("node")

    var world = ControlWorld(instances: 4)
    let key = ServiceRecord.key("default", "web")
    /// Tasks of these revisions fail the checks of the node, with this reason.
    var failing: [Int: String] = [:]
    /// Whether the node applies what it is told, and checks targets.
    var isNodeAtWork = true
    private var seed: UInt64 = 100
    private var nextPort = 32_768

    var service: ServiceRecord { world.snapshot.get(key) ?? ServiceRecord() }
    var events: [String] { service.events.compactMap(\.message).reversed() }
    var targets: [TargetRecord] { world.snapshot.list(TargetRecord.self) }
    var tasks: [TaskRecord] { world.snapshot.liveTasks(of: key) }
    var deployment: ServiceDeploymentRecord {
        world.snapshot.get(ServiceDeploymentRecord.key("default", "web", service.serviceDeployment ?? ""))
            ?? ServiceDeploymentRecord()
    }

    static func arn(_ group: Int) -> String {
        groups[group].arn(Realm(account: "000000000000", region: "us-east-1"))
    }

    /// - Parameters:
    ///   - groups: in how many target groups the tasks are.
    ///   - delay: the deregistration delay in seconds.
    init(groups: Int = 1, delay: Int = 60, _ configure: (inout ServiceRecord) -> Void = { _ in }) {
        for (number, instance) in world.snapshot.list(ContainerInstanceRecord.self).enumerated() {
            world.transaction.update(instance.key) { $0.ec2InstanceID = "i-000000000000000\(number)" }
        }
        for revision in 1...3 { world.transaction.put(BalancedStory.definition(revision)) }
        for group in BalancedStory.groups { addGroup(group, delay: delay) }
        addBalancer()
        var node = BalancerNodeRecord()
        (node.name, node.zone, node.pool, node.isConnected) = ("node", "us-east-1a", "10.1.0.0/24", true)
        world.transaction.put(node)
        var service = ServiceRecord()
        (service.cluster, service.name, service.desiredCount) = ("default", "web", 2)
        service.settings.launchType = .ec2
        service.settings.loadBalancers = (0..<groups).map { group in
            ECS.LoadBalancer(targetGroupArn: BalancedStory.arn(group), containerName: "app", containerPort: 80)
        }
        configure(&service)
        world.transaction.put(service)
        deploy(1)
    }

    private static func definition(_ revision: Int) -> TaskDefinitionRecord {
        var definition = TaskDefinitionRecord()
        (definition.family, definition.revision) = ("web", revision)
        let ports = #""portMappings":[{"containerPort":80}]"#
        definition.definition = ECS.TaskDefinition.trusted(
            Array(#"{"containerDefinitions":[{"name":"app","image":"b","memory":16,\#(ports)}]}"#.utf8))
        return definition
    }

    private mutating func addGroup(_ key: Key<TargetGroupRecord>, delay: Int) {
        var group = TargetGroupRecord()
        (group.name, group.id) = (key.path.split(separator: "/").first.map(String.init) ?? "", "0123456789abcdef")
        group.attributes["deregistration_delay.timeout_seconds"] = String(delay)
        world.transaction.put(group)
    }

    /// A load balancer whose listener forwards to the first group, and has rules for production and tests.
    private mutating func addBalancer() {
        var balancer = LoadBalancerRecord()
        (balancer.name, balancer.id) = ("front", "1")
        world.transaction.put(balancer)
        var listener = ListenerRecord()
        (listener.loadBalancer, listener.id, listener.port) = (balancer.key.path, "2", 80)
        listener.defaultActions = [BalancedStory.forward(1)]
        world.transaction.put(listener)
        for (id, priority) in [("3", 1), ("4", 2)] {
            var rule = ListenerRuleRecord()
            (rule.listener, rule.id, rule.priority) = (listener.key.path, id, priority)
            rule.actions = [BalancedStory.forward(0)]
            world.transaction.put(rule)
        }
    }

    private static func forward(_ group: Int) -> ELB.Action {
        let tuple = ELB.TargetGroupTuple(targetGroupArn: arn(group), weight: 1)
        return ELB.Action(
            type: .forward, targetGroupArn: arn(group), forwardConfig: ELB.ForwardActionConfig(targetGroups: [tuple]))
    }

    /// Lets the service shift traffic between the two groups.
    static func shifts(_ service: inout ServiceRecord, _ strategy: ECS.DeploymentStrategy) {
        let prefix = "arn:aws:elasticloadbalancing:us-east-1:000000000000:listener-rule/app/front/1/2/"
        service.settings.deploymentConfiguration.strategy = strategy
        service.settings.loadBalancers[0].advancedConfiguration = ECS.AdvancedConfiguration(
            alternateTargetGroupArn: arn(1), productionListenerRule: prefix + "3", testListenerRule: prefix + "4",
            roleArn: "role")
    }

    /// The weights of the groups in a rule: `blue`, `green`.
    func weights(_ rule: String) -> [Int] {
        let record = world.snapshot.get(Key<ListenerRuleRecord>("app/front/1/2", rule))
        let groups = record?.actions.first?.forwardConfig?.targetGroups ?? []
        return [0, 1].map { group in groups.first { $0.targetGroupArn == BalancedStory.arn(group) }?.weight ?? 0 }
    }

    /// Begins a deployment, as UpdateService does.
    mutating func deploy(_ revision: Int, _ configure: (inout ServiceRecord) -> Void = { _ in }) {
        guard let definition = world.snapshot.get(TaskDefinitionRecord.key("web", revision)) else { return }
        var service = service
        configure(&service)
        var context = DecisionContext(now: world.now, random: SeededRandom(seed: UInt64(revision)))
        world.transaction.deploy(definition, of: &service, &context)
        world.transaction.put(service)
    }

    /// Tells a task to stop, as StopTask does.
    mutating func stop(_ task: TaskRecord) {
        var stopped = task
        stopped.requestStop(.userInitiated, "Task stopped by user", at: world.now)
        world.transaction.store(stopped, was: task.lastStatus, at: world.now)
    }

    // MARK: Time

    /// Lets so much time pass; controllers decide whenever something changed or their timers ring.
    mutating func run(seconds: Int) {
        let end = world.now.advanced(by: .seconds(seconds))
        while world.now <= end {
            let (changed, next) = decide()
            if changed || act() { continue }
            guard let next, next <= end else { break }
            world.now = max(next, world.now.advanced(by: .milliseconds(1)))
        }
        world.now = end
    }

    private mutating func decide() -> (changed: Bool, next: Timestamp?) {
        var changed = false
        var next: Timestamp?
        func take(_ plan: Plan) {
            if !plan.changes.isEmpty { changed = true }
            if let time = plan.wakeAt { next = min(next ?? time, time) }
            world.transaction.apply(plan)
            beginRevision()
        }
        seed += 1
        take(world.decide(ServiceController(), key.path, seed: seed))
        take(world.decide(TrafficController(), key.path, seed: seed))
        for group in BalancedStory.groups { take(world.decide(TargetController(), group.path, seed: seed)) }
        return (changed, next)
    }

    /// Every plan makes a revision, as in the writer lane.
    private mutating func beginRevision() {
        var snapshot = world.snapshot
        snapshot.revision += 1
        world.transaction = Transaction(snapshot)
    }

    /// What agents and the node do at once.
    private mutating func act() -> Bool {
        var acted = false
        for task in tasks {
            var next = task
            if task.desiredStatus == .stopped, task.lastStatus != .deactivating {
                next.advance(to: .stopped, at: world.now)
            } else if task.lastStatus <= .pending {
                nextPort += 1
                next.containers[0].networkBindings = [ECS.NetworkBinding(containerPort: 80, hostPort: nextPort)]
                next.advance(to: world.snapshot.activates(task) ? .activating : .running, at: world.now)
            } else {
                continue
            }
            acted = true
            world.transaction.store(next, was: task.lastStatus, at: world.now)
        }
        return (isNodeAtWork && check()) || acted
    }

    private mutating func check() -> Bool {
        var acted = false
        let revision = deployment.trafficRevision ?? 0
        if world.snapshot.get(BalancedStory.node)?.appliedRevision != revision {
            world.transaction.update(BalancedStory.node) { $0.appliedRevision = revision }
            acted = true
        }
        for target in targets where target.drainingSince == nil {
            let task = target.task.flatMap { world.snapshot.get(Key<TaskRecord>(path: $0)) }
            let failure = task.flatMap { failing[$0.revision] }
            let state = TargetHealthState(
                failure == nil ? .healthy : .unhealthy, reason: failure == nil ? nil : .targetResponseCodeMismatch,
                description: failure, since: world.now)
            var judged = target
            judged.take(TargetReport(node: "node", health: state), TargetJudges(connected: ["node"]))
            guard judged != target else { continue }
            world.transaction.put(judged)
            acted = true
        }
        return acted
    }
}
