import APIPipeline
import AWSModels
import AWSWire
import State
import Testing

@testable import ECSAPI

/// Which permissions the operations with roles ask for.
@Suite("Passed roles") struct PassedRolesTests {
    private let realm = Realm(account: "000000000000", region: "us-east-1")

    private var transaction: Transaction { Transaction(Snapshot(realm: realm)) }

    private var call: Call {
        Call(caller: .root(realm), requestID: "r", endpoint: "http://127.0.0.1:4566")
    }

    private func arn(_ role: String) -> String { "arn:aws:iam::000000000000:role/\(role)" }

    @Test("CreateService asks for every role once, by name or ARN")
    func createService() throws {
        let text =
            #"{"serviceName":"s","role":"lb","#
            + #""loadBalancers":[{"advancedConfiguration":{"roleArn":"\#(arn("shift"))"}}],"#
            + #""volumeConfigurations":[{"name":"v","managedEBSVolume":{"roleArn":"\#(arn("disk"))"}}],"#
            + #""vpcLatticeConfigurations":[{"roleArn":"\#(arn("disk"))","targetGroupArn":"t","portName":"p"}],"#
            + #""deploymentConfiguration":{"lifecycleHooks":[{"roleArn":"\#(arn("hook"))"}]}}"#
        let input = ECS.CreateServiceRequest.trusted(Array(text.utf8))
        #expect(
            try CreateService().access(input, call, transaction) == [
                AccessRequest("ecs:CreateService", "arn:aws:ecs:us-east-1:000000000000:service/default/s"),
                AccessRequest("iam:PassRole", arn("lb")), AccessRequest("iam:PassRole", arn("shift")),
                AccessRequest("iam:PassRole", arn("disk")), AccessRequest("iam:PassRole", arn("hook")),
            ])
    }

    @Test("gateways and Express services ask for theirs")
    func others() throws {
        let gateway = ECS.CreateGatewayRequest.trusted(
            Array(#"{"name":"g","infrastructureRoleArn":"\#(arn("infra"))","configuration":{}}"#.utf8))
        #expect(
            try CreateGateway().access(gateway, call, transaction) == [
                AccessRequest("ecs:CreateGateway", "arn:aws:ecs:us-east-1:000000000000:gateway/g"),
                AccessRequest("iam:PassRole", arn("infra")),
            ])
        let express = ECS.CreateExpressGatewayServiceRequest.trusted(
            Array(
                #"{"serviceName":"s","infrastructureRoleArn":"\#(arn("infra"))","executionRoleArn":"\#(arn("exec"))"}"#
                    .utf8))
        #expect(
            try CreateExpressGatewayService().access(express, call, transaction) == [
                AccessRequest(
                    "ecs:CreateExpressGatewayService", "arn:aws:ecs:us-east-1:000000000000:service/default/s"),
                AccessRequest("iam:PassRole", arn("infra")), AccessRequest("iam:PassRole", arn("exec")),
            ])
    }
}
