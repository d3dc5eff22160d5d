import AWSWire
import NodeLink

/// The rules of the session for tasks.
/// Source: amazon-ecs-agent, ecs-agent/acs/session. Observed: Fixtures/acs-*.json and backend-*.json.
extension AgentMachine {
    mutating func receive(_ message: ACSMessage, at now: Timestamp) -> [AgentAction] {
        switch message {
        case .payload(let payload): return receive(payload, at: now)
        case .manifest(let manifest): return receive(manifest)
        case .stopVerificationAck(let answer): return receive(answer, at: now)
        case .heartbeat(let heartbeat):
            // The official agent looks after its engine now; ours is told by the engine when that changes.
            return [.send(.heartbeatAck(ACS.HeartbeatAckRequest(messageId: heartbeat.messageId)))]
                + publishStatus(at: now)
        case .credentials(let message): return receive(message)
        case .hello:
            takesPulls = true
            return []
        case .prefetch(let message):
            let images = (message.images ?? []).filter { !$0.isEmpty }
            return images.isEmpty ? [] : [.engine(.prefetch(images: images))]
        case .executeCommand(let message): return message.sessionId.map { [.dial(session: $0)] } ?? []
        case .performUpdate(let message):
            return [
                .send(
                    .nack(
                        ACS.NackRequest(
                            cluster: message.clusterArn, containerInstance: message.containerInstanceArn,
                            messageId: message.messageId, reason: "Updates are disabled")))
            ]
        default: return []
        }
    }

    /// A payload is acknowledged when every task of it was taken on and is durable. Stops go before starts.
    private mutating func receive(_ payload: ACS.PayloadMessage, at now: Timestamp) -> [AgentAction] {
        // Without these three it is dropped without a word. Observed with the official agent.
        guard let messageID = payload.messageId, payload.clusterArn != nil, payload.containerInstanceArn != nil else {
            return []
        }
        highestSequence = max(highestSequence, payload.seqNum ?? 0)
        let tasks = payload.tasks ?? []
        let ordered = tasks.filter(\.isStop) + tasks.filter { !$0.isStop }
        var actions: [AgentAction] = []
        var isComplete = true
        for task in ordered { isComplete = receive(task, at: now, &actions) && isComplete }
        let acks = isComplete ? [ack(payload.clusterArn, payload.containerInstanceArn, messageID)] : []
        return gathered(actions, thenSend: acks + tasks.flatMap { credentialsAcks($0, messageID) })
    }

    /// Takes one task of a payload on.
    /// - Returns: whether it could be read.
    private mutating func receive(_ task: ACS.Task, at now: Timestamp, _ actions: inout [AgentAction]) -> Bool {
        guard let arn = task.arn, !arn.isEmpty else { return false }
        if forgotten.contains(arn) { return true }
        if let problem = task.problem, tasks[arn] == nil {
            let reason = "UnrecogniedTaskError: Error loading task - \(problem)"
            actions.append(.report(TaskReport(task: arn, status: .stopped, reason: reason)))
            return false
        }
        if tasks[arn]?.isStopped != true { takeCredentials(of: task, arn) }
        if tasks[arn] == nil {
            // The journal keeps the task as it is here, and keys are on no disk.
            var task = task
            task.roleCredentials = task.roleCredentials?.withoutKeys
            task.executionRoleCredentials = task.executionRoleCredentials?.withoutKeys
            tasks[arn] = TaskMachine(task, settings, random: &random)
            unsaved.insert(arn)
            // A task that is already to stop must not start anything on the way.
            actions += task.isStop ? [] : apply(.accepted, to: arn, at: now)
        }
        if task.isStop { actions += apply(.stopRequested, to: arn, at: now) }
        return true
    }

    /// Puts all that has to be durable into one action, last, and the messages behind it.
    private func gathered(_ actions: [AgentAction], thenSend messages: [ACSMessage]) -> [AgentAction] {
        var entries: [JournalEntry] = []
        var others: [AgentAction] = []
        for action in actions {
            if case .save(let more, _) = action { entries += more } else { others.append(action) }
        }
        return others + [.save(entries, thenSend: messages)]
    }

    private mutating func takeCredentials(of task: ACS.Task, _ arn: String) {
        if let given = task.roleCredentials { credentials.take(given, of: arn, isForExecution: false) }
        if let given = task.executionRoleCredentials { credentials.take(given, of: arn, isForExecution: true) }
    }

    private func credentialsAcks(_ task: ACS.Task, _ messageID: String) -> [ACSMessage] {
        [task.roleCredentials, task.executionRoleCredentials].compactMap { $0 }.map { credentialsAck($0, messageID) }
    }

    private func credentialsAck(_ given: ACS.IAMRoleCredentials, _ messageID: String?) -> ACSMessage {
        .credentialsAck(
            ACS.IAMRoleCredentialsAckRequest(
                messageId: messageID, credentialsId: given.credentialsId, expiration: given.expiration))
    }

    /// New credentials of a task; those of an unknown task, or of one that is over, are neither kept nor acknowledged.
    private mutating func receive(_ message: ACS.IAMRoleCredentialsMessage) -> [AgentAction] {
        guard let given = message.roleCredentials, given.credentialsId != nil, let arn = message.taskArn,
            let task = tasks[arn], !task.isStopped
        else { return [] }
        credentials.take(given, of: arn, isForExecution: message.roleType == "TaskExecution")
        return [.send(credentialsAck(given, message.messageId))] + beginLookUp(of: arn)
    }

    /// Looks up what a task waits for, if its execution role has credentials.
    mutating func beginLookUp(of arn: String) -> [AgentAction] {
        guard let id = tasks[arn]?.task.executionRoleCredentials?.credentialsId,
            let credential = credentials.entry(id)?.credentials.credential,
            let wanted = lookUps.removeValue(forKey: arn)
        else { return [] }
        return [.lookUp(task: arn, wanted, credential)]
    }

    /// A manifest no newer than what is known is discarded without a word.
    private mutating func receive(_ manifest: ACS.TaskManifestMessage) -> [AgentAction] {
        let timeline = manifest.timeline ?? 0
        guard let messageID = manifest.messageId, timeline > highestSequence else { return [] }
        highestSequence = timeline
        var actions: [AgentAction] = [.send(ack(manifest.clusterArn, manifest.containerInstanceArn, messageID))]
        let running = Set((manifest.tasks ?? []).filter { $0.desiredStatus == "RUNNING" }.compactMap(\.taskArn))
        let candidates = tasks.values
            .filter { !$0.isStopRequested && !running.contains($0.arn) }
            .sorted { $0.arn < $1.arn }
        guard !candidates.isEmpty else { return actions }
        verification = messageID
        let identifiers = candidates.map {
            ACS.TaskIdentifier(
                taskArn: $0.arn, taskClusterArn: $0.task.taskClusterArn ?? manifest.clusterArn, desiredStatus: "STOPPED"
            )
        }
        actions.append(
            .send(.stopVerification(ACS.TaskStopVerificationMessage(messageId: messageID, stopCandidates: identifiers)))
        )
        return actions
    }

    /// Only what the server confirms is stopped, and only once.
    private mutating func receive(_ answer: ACS.TaskStopVerificationAck, at now: Timestamp) -> [AgentAction] {
        guard let messageID = answer.messageId, messageID == verification else { return [] }
        verification = nil
        var actions: [AgentAction] = []
        for task in answer.stopTasks ?? [] {
            if let arn = task.taskArn { actions += apply(.stopRequested, to: arn, at: now) }
        }
        return actions
    }

    /// Names what the message named.
    private func ack(_ cluster: String?, _ instance: String?, _ messageID: String) -> ACSMessage {
        .ack(ACS.AckRequest(cluster: cluster, containerInstance: instance, messageId: messageID))
    }
}

extension ACS.Task {
    var isStop: Bool { desiredStatus == "STOPPED" }

    /// Why the task cannot be taken on; nil when it can.
    var problem: String? {
        if isStop { return nil }
        guard let containers, !containers.isEmpty else { return "the task has no containers" }
        let names = containers.compactMap(\.name)
        if names.count != containers.count { return "a container has no name" }
        if Set(names).count != names.count { return "two containers have the same name" }
        if containers.contains(where: { ($0.image ?? "").isEmpty }) { return "a container has no image" }
        let known: Set = ["host", "docker", "efs", "ebs", "fsxWindowsFileServer", ""]
        if let volume = volumes?.first(where: { !known.contains($0.type ?? "") }) {
            return "unrecognized volume type: \"\(volume.type ?? "")\""
        }
        return nil
    }
}
