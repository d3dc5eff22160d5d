import AWSModels
import AWSWire
import State

/// A region with an Application Load Balancer `web`, two groups and a listener, and a Network Load Balancer `net`.
struct BalancedRegion {
    let region = TestRegion()
    let vpc: JSONValue
    let subnets: JSONValue
    let application: JSONValue
    let network: JSONValue
    /// For HTTP, with addresses.
    let groups: [JSONValue]
    let listener: JSONValue

    init() {
        let network = DefaultNetwork(Realm(account: "000000000000", region: "us-east-1"))
        vpc = .string(network.vpcID)
        subnets = .array(["us-east-1a", "us-east-1b"].map { .string(network.subnetID(in: $0)) })
        application = region.make(
            ELB.Operations.createLoadBalancer, ["Name": "web", "Subnets": subnets], "LoadBalancerArn")
        self.network = region.make(
            ELB.Operations.createLoadBalancer, ["Name": "net", "Type": "network", "Subnets": subnets],
            "LoadBalancerArn")
        groups = ["one", "two"].map { [region, vpc] name in
            region.make(
                ELB.Operations.createTargetGroup,
                [
                    "Name": .string(name), "Protocol": "HTTP", "Port": 80, "VpcId": vpc, "TargetType": "ip",
                ], "TargetGroupArn")
        }
        listener = region.make(
            ELB.Operations.createListener,
            [
                "LoadBalancerArn": application, "Protocol": "HTTP", "Port": 80,
                "DefaultActions": [["Type": "forward", "TargetGroupArn": groups[0]]],
            ], "ListenerArn")
    }

    /// Creates a rule with conditions that goes to the second group, or does other actions.
    func createRule(_ conditions: JSONValue, actions: JSONValue? = nil, priority: JSONValue = 1) -> Answer {
        region.call(
            ELB.Operations.createRule,
            [
                "ListenerArn": listener, "Priority": priority, "Conditions": conditions,
                "Actions": actions ?? [["Type": "forward", "TargetGroupArn": groups[1]]],
            ])
    }
}

extension TestRegion {
    /// Calls an operation that must succeed.
    /// - Returns: the first text of an element of the answer.
    func make(_ operation: OperationModel, _ input: JSONValue, _ element: String) -> JSONValue {
        let answer = call(operation, input)
        precondition(answer.status == 200, answer.text)
        return .string(answer.texts(of: element).first ?? "")
    }
}
