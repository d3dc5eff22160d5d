import AWSModels
import AWSWire
import State
import Testing

/// Which service deployments can be stopped, and what becomes of them.
/// Source: Amazon ECS Developer Guide, Stopping Amazon ECS service deployments.
@Suite("StopServiceDeployment") struct StopServiceDeploymentTests {
    typealias Status = ECS.ServiceDeploymentStatus

    /// Stops a deployment of this status, of a service that has a revision to go back to.
    /// - Returns: the answer, and the deployment's status afterwards.
    private func stop(_ status: Status, _ more: String = "", hasRevision: Bool = true) -> (Answer, Status?) {
        let region = TestRegion()
        region.createService()
        region.change { tx in
            for deployment in tx.snapshot.list(ServiceDeploymentRecord.self) {
                tx.update(deployment.key) { $0.status = status }
            }
            if hasRevision { tx.update(ServiceRecord.key("default", "s")) { $0.completedRevision = "1" } }
        }
        let deployment = region.snapshot.list(ServiceDeploymentRecord.self).first
        let arn = deployment?.arn(region.snapshot.realm) ?? ""
        let answer = region.call("StopServiceDeployment", #"{"serviceDeploymentArn":"\#(arn)"\#(more)}"#)
        return (answer, deployment.flatMap { region.snapshot.get($0.key)?.status })
    }

    @Test(
        "one that goes on goes back; one that stops or goes back already goes on with that",
        arguments: [
            (Status.pending, Status.rollbackRequested), (.inProgress, .rollbackRequested),
            (.stopRequested, .stopRequested), (.rollbackRequested, .rollbackRequested),
            (.rollbackInProgress, .rollbackInProgress),
        ])
    func stops(status: Status, result: Status) {
        let (answer, after) = stop(status)
        #expect(answer.status == 200, "\(answer.text)")
        #expect(answer.json["serviceDeploymentArn"] != nil)
        #expect(after == result)
    }

    @Test("ABORT leaves it where it is")
    func aborts() {
        let (answer, after) = stop(.inProgress, #","stopType":"ABORT""#, hasRevision: false)
        #expect(answer.status == 200)
        #expect(after == .stopRequested)
    }

    @Test(
        "one that is over cannot be stopped",
        arguments: [Status.successful, .stopped, .rollbackSuccessful, .rollbackFailed])
    func over(status: Status) {
        let (answer, after) = stop(status)
        #expect(answer.code == "ConflictException")
        #expect(after == status)
    }

    @Test("without a revision to go back to there is no way back")
    func first() {
        let (answer, after) = stop(.inProgress, hasRevision: false)
        #expect(answer.code == "ConflictException")
        #expect(after == .inProgress)
    }
}
