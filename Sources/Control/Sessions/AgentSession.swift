import AWSModels
import AWSWire
import NodeLink
import State

/// The server's side of one agent's task session (ACS): a machine without I/O. Whoever holds the socket feeds it and
/// does what it answers.
///
/// It trusts the snapshot: what must run and what must stop is read from there each time, and sent once per session;
/// redelivery to an agent that knows the task already is harmless.
/// Source: the ECS agent's protocol, version 2.
package struct AgentSession: Sendable {
    /// What happens to a session.
    package enum Event: Sendable {
        /// The agent has connected.
        case opened
        /// These tasks of the instance may have changed.
        case changed([Key<TaskRecord>])
        /// Tasks will want these images on the instance soon.
        case expected(images: [String])
        case received(ACSMessage)
        /// Time has passed; at least every `tick`.
        case ticked
    }

    /// What is to be done.
    package enum Action: Sendable {
        case send(ACSMessage)
        /// The agent has taken the order to stop these tasks.
        case noteStopping([Key<TaskRecord>])
        /// The agent has begun to update itself, or refuses to.
        case noteUpdate(isAccepted: Bool)
        /// The agent told how far its pulls are.
        case notePulls([ACS.RoostPull])
        case close(code: Int, reason: String)
    }

    /// How often `ticked` is wanted.
    package static let tick: Duration = .seconds(10)
    /// Agents cut sessions that are silent for 60 s.
    static let heartbeatInterval: Duration = .seconds(30)
    /// An agent that answers nothing for this long is gone.
    static let silenceLimit: Duration = .seconds(180)
    /// An order without an answer is sent again after this.
    static let resendInterval: Duration = .seconds(30)
    /// 65,536 messages may have numbers of one revision.
    static let messagesPerRevisionBits = 16
    /// A payload carries at most so many tasks, so that frames stay small.
    static let maximumTasks = 50

    private let instance: Key<ContainerInstanceRecord>
    private var random: SeededRandom
    private var sequence: Int = 0
    private var lastHeard: Timestamp
    private var lastHeartbeat: Timestamp
    /// Tasks whose start or stop was sent in this session, with which.
    private var sent: [Key<TaskRecord>: DesiredStatus] = [:]
    /// Orders that wait for their acknowledgement, by message id.
    private var waiting: [String: (sentAt: Timestamp, tasks: [Key<TaskRecord>])] = [:]

    /// When the credentials of tasks are renewed; only of those that have a role.
    private var renewals: [Key<TaskRecord>: Timestamp] = [:]
    /// The message with the order to update, until it is answered.
    private var updateMessage: String?

    package init(_ instance: Key<ContainerInstanceRecord>, random: SeededRandom, at now: Timestamp) {
        self.instance = instance
        self.random = random
        lastHeard = now
        lastHeartbeat = now
    }

    /// Takes an event in.
    package mutating func handle(_ event: Event, _ snapshot: Snapshot, at now: Timestamp) -> [Action] {
        switch event {
        case .opened: return open(snapshot, now)
        case .changed(let keys): return assign(keys, snapshot, now) + orderUpdate(snapshot) + farewell(snapshot)
        case .expected(let images):
            return [.send(.prefetch(ACS.RoostPrefetchMessage(messageId: random.uuid(), images: images)))]
        case .ticked: return keepAlive(snapshot, now)
        case .received(let message):
            lastHeard = now
            return receive(message, snapshot, now)
        }
    }

    /// A deregistered instance has no session. The agent dials again, is refused, and then waits an hour.
    /// Source: amazon-ecs-agent, ecs-agent/acs/session: InactiveInstanceException.
    private func farewell(_ snapshot: Snapshot) -> [Action] {
        guard snapshot.get(instance)?.status == .inactive else { return [] }
        return [.close(code: 1_000, reason: SessionAdmission.inactiveReason)]
    }

    // MARK: Orders

    private mutating func open(_ snapshot: Snapshot, _ now: Timestamp) -> [Action] {
        let tasks = snapshot.liveTasks(on: instance)
        let manifest = manifest(tasks, snapshot, now)
        let orders = assign(tasks.map(\.key), snapshot, now)
        // Credentials are on no disk, neither here nor there; orders have brought those of tasks that are new.
        let known = tasks.map(\.key).filter { renewals[$0] == nil }
        return [.send(.manifest(manifest))] + orders + renew(known, snapshot, now)
            + orderUpdate(snapshot) + greet(snapshot)
    }

    /// Agents of ours tell more than others, if they know that somebody listens.
    private mutating func greet(_ snapshot: Snapshot) -> [Action] {
        guard snapshot.get(instance)?.agentHash == AgentRelease.hash else { return [] }
        return [.send(.hello(ACS.RoostHelloMessage(messageId: random.uuid())))]
    }

    /// Tells the agent to update itself, when somebody wants that: once in a session.
    ///
    /// The order names no package to install: the region does not hand out agents yet, and an agent refuses an order
    /// without one. Whoever does has to fill `updateInfo`.
    private mutating func orderUpdate(_ snapshot: Snapshot) -> [Action] {
        guard updateMessage == nil, snapshot.get(instance)?.agentUpdateStatus == .pending else { return [] }
        let id = random.uuid()
        updateMessage = id
        return [
            .send(
                .performUpdate(
                    ACS.PerformUpdateMessage(
                        messageId: id, clusterArn: clusterARN(snapshot), containerInstanceArn: instanceARN(snapshot))))
        ]
    }

    private mutating func assign(_ keys: [Key<TaskRecord>], _ snapshot: Snapshot, _ now: Timestamp) -> [Action] {
        var orders: [ACS.Task] = []
        var concerned: [Key<TaskRecord>] = []
        for key in Set(keys).sorted() {
            guard let order = order(for: key, snapshot, now) else { continue }
            orders.append(order)
            concerned.append(key)
        }
        return stride(from: 0, to: orders.count, by: AgentSession.maximumTasks).map { start in
            let end = min(start + AgentSession.maximumTasks, orders.count)
            return payload(Array(orders[start..<end]), Array(concerned[start..<end]), snapshot, now)
        }
    }

    /// What the agent must be told of a task; nil for nothing new.
    private mutating func order(for key: Key<TaskRecord>, _ snapshot: Snapshot, _ now: Timestamp) -> ACS.Task? {
        guard let task = snapshot.get(key), task.lastStatus != .stopped else {
            renewals[key] = nil
            // A task that vanished, or was given up while its agent was away.
            guard let earlier = sent.removeValue(forKey: key), earlier == .running else { return nil }
            return ACS.Task(stopping: key, snapshot.realm)
        }
        guard sent[key] != task.orderedStatus else { return nil }
        if task.orderedStatus == .stopped {
            sent[key] = .stopped
            return ACS.Task(stopping: key, snapshot.realm)
        }
        let isKnown = task.lastStatus >= .running
        sent[key] = .running
        guard !isKnown, let definition = snapshot.get(task.definitionKey) else { return nil }
        var order = ACS.Task(
            starting: task, definition.definition, snapshot.serviceRevision(of: task), snapshot.realm)
        for (kind, credentials) in credentials(of: task, snapshot, now) {
            switch kind {
            case .application: order.roleCredentials = credentials
            case .execution: order.executionRoleCredentials = credentials
            }
        }
        return order
    }

    // MARK: Credentials

    /// Issues credentials for the roles of a task, and notes when to do so again.
    private mutating func credentials(
        of task: TaskRecord, _ snapshot: Snapshot, _ now: Timestamp
    ) -> [(TaskCredentialsIssuer.Kind, ACS.IAMRoleCredentials)] {
        guard let definition = snapshot.get(task.definitionKey) else { return [] }
        let roles = TaskCredentialsIssuer.roles(of: task, definition.definition)
        guard !roles.isEmpty else { return [] }
        renewals[task.key] = now.advanced(by: TaskCredentialsIssuer.renewal)
        return roles.map {
            ($0.kind, TaskCredentialsIssuer.issue($0.kind, $0.role, for: task, snapshot, at: now, &random))
        }
    }

    /// New credentials for tasks that the agent has.
    private mutating func renew(
        _ keys: [Key<TaskRecord>], _ snapshot: Snapshot, _ now: Timestamp
    ) -> [Action] {
        var actions: [Action] = []
        for key in keys {
            renewals[key] = nil
            guard let task = snapshot.get(key), task.lastStatus != .stopped else { continue }
            for (kind, credentials) in credentials(of: task, snapshot, now) {
                actions.append(
                    .send(
                        .credentials(
                            ACS.IAMRoleCredentialsMessage(
                                messageId: random.uuid(), taskArn: task.arn(snapshot.realm),
                                taskClusterArn: clusterARN(snapshot), roleType: kind.rawValue,
                                roleCredentials: credentials))))
            }
        }
        return actions
    }

    private mutating func renewDue(_ snapshot: Snapshot, _ now: Timestamp) -> [Action] {
        guard !renewals.isEmpty else { return [] }
        return renew(renewals.filter { $0.value <= now }.keys.sorted(), snapshot, now)
    }

    // MARK: Messages

    private mutating func payload(
        _ tasks: [ACS.Task], _ keys: [Key<TaskRecord>], _ snapshot: Snapshot, _ now: Timestamp
    ) -> Action {
        let id = random.uuid()
        let number = nextSequence(snapshot)
        waiting[id] = (now, keys)
        return .send(
            .payload(
                ACS.PayloadMessage(
                    messageId: id, clusterArn: clusterARN(snapshot), containerInstanceArn: instanceARN(snapshot),
                    generatedAt: Int(now.milliseconds), seqNum: number, timeline: number, tasks: tasks)))
    }

    private mutating func manifest(
        _ tasks: [TaskRecord], _ snapshot: Snapshot, _ now: Timestamp
    ) -> ACS.TaskManifestMessage {
        let cluster = clusterARN(snapshot)
        return ACS.TaskManifestMessage(
            messageId: random.uuid(), clusterArn: cluster, containerInstanceArn: instanceARN(snapshot),
            generatedAt: Int(now.milliseconds), timeline: nextSequence(snapshot),
            tasks: tasks.filter { $0.orderedStatus == .running }.map { task in
                ACS.TaskIdentifier(
                    taskArn: task.arn(snapshot.realm), taskClusterArn: cluster, desiredStatus: "RUNNING")
            })
    }

    /// Rises over all sessions of an instance: agents drop what is older than what they have seen, without a word.
    ///
    /// A session begins with a commit, so its revision is beyond all that an earlier one has counted from; between two
    /// revisions there is room for more messages than one session sends.
    private mutating func nextSequence(_ snapshot: Snapshot) -> Int {
        sequence = max(sequence + 1, Int(snapshot.revision) << AgentSession.messagesPerRevisionBits)
        return sequence
    }

    // MARK: Answers

    private mutating func receive(_ message: ACSMessage, _ snapshot: Snapshot, _ now: Timestamp) -> [Action] {
        switch message {
        case .ack(let ack): return noteUpdate(ack.messageId, true) ?? acknowledge(ack.messageId, snapshot)
        case .nack(let nack): return noteUpdate(nack.messageId, false) ?? acknowledge(nack.messageId, snapshot)
        case .stopVerification(let question): return [.send(.stopVerificationAck(verify(question, snapshot, now)))]
        case .pulls(let message): return [.notePulls(message.pulls ?? [])]
        default: return []
        }
    }

    /// - Returns: nil for an answer to something else.
    private mutating func noteUpdate(_ id: String?, _ isAccepted: Bool) -> [Action]? {
        guard let id, id == updateMessage else { return nil }
        updateMessage = nil
        return [.noteUpdate(isAccepted: isAccepted)]
    }

    private mutating func acknowledge(_ id: String?, _ snapshot: Snapshot) -> [Action] {
        guard let id, let order = waiting.removeValue(forKey: id) else { return [] }
        let stopping = order.tasks.filter { snapshot.get($0)?.desiredStatus == .stopped }
        return stopping.isEmpty ? [] : [.noteStopping(stopping)]
    }

    /// Which of the tasks that the agent would stop may stop: those that are not meant to run here.
    private func verify(
        _ question: ACS.TaskStopVerificationMessage, _ snapshot: Snapshot, _ now: Timestamp
    ) -> ACS.TaskStopVerificationAck {
        let stop = (question.stopCandidates ?? []).filter { candidate in
            let id = candidate.taskArn?.split(separator: "/").last.map(String.init) ?? ""
            let cluster = instance.path.prefix { $0 != "/" }
            guard let task = snapshot.get(TaskRecord.key(String(cluster), id)) else { return true }
            return task.instanceKey != instance || task.orderedStatus == .stopped
        }
        return ACS.TaskStopVerificationAck(
            messageId: question.messageId, generatedAt: Int(now.milliseconds),
            stopTasks: stop.map { candidate in
                ACS.TaskIdentifier(
                    taskArn: candidate.taskArn, taskClusterArn: candidate.taskClusterArn, desiredStatus: "STOPPED")
            })
    }

    // MARK: Time

    private mutating func keepAlive(_ snapshot: Snapshot, _ now: Timestamp) -> [Action] {
        if now - lastHeard > AgentSession.silenceLimit { return [.close(code: 1_011, reason: "The agent is silent.")] }
        var actions: [Action] = []
        if now - lastHeartbeat >= AgentSession.heartbeatInterval {
            lastHeartbeat = now
            actions.append(.send(.heartbeat(ACS.HeartbeatMessage(messageId: random.uuid(), healthy: true))))
        }
        return actions + renewDue(snapshot, now) + resend(snapshot, now)
    }

    private mutating func resend(_ snapshot: Snapshot, _ now: Timestamp) -> [Action] {
        let late = waiting.filter { now - $0.value.sentAt >= AgentSession.resendInterval }
        guard !late.isEmpty else { return [] }
        for (id, order) in late {
            waiting[id] = nil
            for key in order.tasks { sent[key] = nil }
        }
        return assign(late.values.flatMap(\.tasks), snapshot, now)
    }

    private func clusterARN(_ snapshot: Snapshot) -> String {
        snapshot.realm.ecs("cluster/\(instance.path.prefix { $0 != "/" })")
    }

    private func instanceARN(_ snapshot: Snapshot) -> String {
        snapshot.realm.ecs("container-instance/\(instance.path)")
    }
}
