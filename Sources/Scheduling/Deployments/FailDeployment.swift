import AWSModels
import AWSWire
import State

extension Transaction {
    /// Ends the roll-out of the primary deployment without success: the service goes back to the revision that was
    /// complete last, if the failure asks for that and there is one; otherwise it stays as it is and starts nothing.
    /// The caller stores the service.
    /// Source: Amazon ECS Developer Guide, How the Amazon ECS deployment circuit breaker detects failures.
    package mutating func failDeployment(
        of service: inout ServiceRecord, _ failure: DeploymentFailure, _ context: inout DecisionContext
    ) {
        guard let failed = service.primary else { return }
        service.changePrimary { deployment in
            deployment.rolloutState = .failed
            deployment.rolloutStateReason = failure.rolloutReason
            deployment.updatedAt = context.now
        }
        service.isSteady = false
        service.addEvent("(deployment \(failed.id)) \(failure.eventText)", &context)
        guard let revision = rollbackTarget(of: service, failed, failure) else {
            return change(deploymentOf: service) { deployment in
                deployment.note(failure)
                deployment.breakerFailures = failed.failedTasks
                deployment.stop(failure.rolloutReason, at: context.now)
            }
        }
        change(deploymentOf: service) { deployment in
            deployment.breakerFailures = failed.failedTasks
            deployment.rollBack(to: revision.id, failure, at: context.now)
        }
        rollBack(&service, to: revision, failure, &context)
    }

    /// The revision to go back to; nil when the failed deployment is a roll-back itself, or nothing was complete yet.
    private func rollbackTarget(
        of service: ServiceRecord, _ failed: DeploymentState, _ failure: DeploymentFailure
    ) -> ServiceRevisionRecord? {
        guard failure.rollsBack(service.settings.deploymentConfiguration), let id = service.completedRevision,
            id != failed.serviceRevision
        else { return nil }
        return get(ServiceRevisionRecord.key(service.cluster, service.name, id))
    }

    /// A new deployment takes over what is left of the old one: tasks that run are kept.
    private mutating func rollBack(
        _ service: inout ServiceRecord, to revision: ServiceRevisionRecord, _ failure: DeploymentFailure,
        _ context: inout DecisionContext
    ) {
        let id = "ecs-svc/\(context.random.digits(19))"
        let former = service.deployments.filter { $0.serviceRevision == revision.id }.map(\.id)
        let name = former.first ?? id
        service.settings.takeDeploymentPart(of: revision.settings)
        service.beginDeployment(
            of: revision, id: id, reason: "\(failure.rollbackStart): rolling back to deploymentId \(name).",
            at: context.now)
        settleRoutes(of: service, at: context.now)
        service.deployments.removeAll { former.contains($0.id) }
        for task in snapshot.liveTasks(of: service.key) where former.contains(task.deployment ?? "") {
            update(task.key) { $0.deployment = id }
        }
        service.addEvent("rolling back to deployment \(name).", &context)
    }

    /// Changes the newest service deployment of a service, if there is one.
    package mutating func change(
        deploymentOf service: ServiceRecord, _ body: (inout ServiceDeploymentRecord) -> Void
    ) {
        guard let id = service.serviceDeployment else { return }
        let key = ServiceDeploymentRecord.key(service.cluster, service.name, id)
        guard let old = get(key) else { return }
        var new = old
        body(&new)
        if new != old { put(new) }
    }
}
