import AWSModels
import AWSWire
import State
import Testing

/// Answers to a pause of a service deployment, and those that come to nothing.
/// Source: Amazon ECS Developer Guide, Troubleshooting Amazon ECS blue/green deployments.
@Suite("ContinueServiceDeployment") struct ContinueServiceDeploymentTests {
    /// A region with a service deployment that pauses, and the deployment's ARN.
    private func region() -> (TestRegion, String) {
        let region = TestRegion()
        region.createService()
        region.change { tx in
            for var deployment in tx.snapshot.list(ServiceDeploymentRecord.self) {
                var hook = LifecycleHookState()
                hook.id = "ecs-pause-1"
                deployment.hooks = [hook]
                deployment.status = .inProgress
                tx.put(deployment)
            }
        }
        let listed = region.call("ListServiceDeployments", #"{"service":"s"}"#).json["serviceDeployments"]
        return (region, listed?[0]?["serviceDeploymentArn"]?.stringValue ?? "")
    }

    private func answer(_ region: TestRegion, _ arn: String, hook: String = "ecs-pause-1", more: String = "") -> Answer
    {
        region.call("ContinueServiceDeployment", #"{"serviceDeploymentArn":"\#(arn)","hookId":"\#(hook)"\#(more)}"#)
    }

    private func deployment(_ region: TestRegion) -> ServiceDeploymentRecord? {
        region.snapshot.list(ServiceDeploymentRecord.self).first
    }

    @Test("a pause is answered once: the deployment goes on, or back", arguments: ["", "CONTINUE", "ROLLBACK"])
    func answers(action: String) {
        let (region, arn) = region()
        let more = action.isEmpty ? "" : #","action":"\#(action)""#
        #expect(answer(region, arn, more: more).status == 200)
        let goesBack = action == "ROLLBACK"
        #expect(deployment(region)?.hooks.map(\.status) == [goesBack ? .failed : .succeeded])
        #expect(deployment(region)?.status == (goesBack ? .rollbackRequested : .inProgress))
        let again = answer(region, arn)
        #expect(again.code == "InvalidParameterException")
        #expect(again.message.hasPrefix("Provided hookId is either completed, unavailable, or not associated"))
    }

    @Test("an id of no hook, or of another form, is refused")
    func unknownHooks() {
        let (region, arn) = region()
        #expect(answer(region, arn, hook: "ecs-pause-2").message.hasPrefix("Provided hookId is either completed"))
        let message = answer(region, arn, hook: "pause-1").message
        #expect(message == "Invalid hookId: hookId must follow the format: ecs-{hookType}-{id}")
        #expect(deployment(region)?.hooks.map(\.status) == [.awaitingAction])
    }

    @Test("a deployment that is over goes nowhere")
    func over() {
        let (region, arn) = region()
        region.change { tx in
            for var deployment in tx.snapshot.list(ServiceDeploymentRecord.self) {
                deployment.status = .stopped
                tx.put(deployment)
            }
        }
        let message = answer(region, arn).message
        #expect(message == "Continuing a service deployment is not allowed for service deployment in terminal states.")
    }
}
