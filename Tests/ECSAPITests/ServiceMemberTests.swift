import AWSModels
import AWSWire
import Testing

@testable import ECSAPI

/// The rules for the members of a service that name other resources, one mistake to a row.
@Suite("Members of services") struct ServiceMemberTests {
    struct Row: Sendable, CustomTestStringConvertible {
        /// Members of CreateService's request.
        var members: String
        /// A part of the error's message; nil when the request is fine.
        var says: String?
        var code = "InvalidParameterException"

        var testDescription: String { members }
    }

    private static let role = "arn:aws:iam::000000000000:role/r"
    private static let group = "arn:aws:elasticloadbalancing:us-east-1:000000000000:targetgroup/web/1"
    private static let registry = "arn:aws:servicediscovery:us-east-1:000000000000:service/srv-1"
    private static let lattice = "arn:aws:vpc-lattice:us-east-1:000000000000:targetgroup/tg-1"

    /// A region with a definition that has named ports (tcp and http) and a volume that is configured at launch.
    private func region(networkMode: String = "bridge", namespace: String = "") -> TestRegion {
        let region = TestRegion()
        region.addTargetGroups()
        let ports =
            #"[{"containerPort":80,"name":"http","appProtocol":"http"},{"containerPort":81,"name":"raw"}]"#
        let container = #"{"name":"web","image":"i","memory":64,"portMappings":\#(ports)}"#
        let defaults = #"{"serviceConnectDefaults":{"namespace":"\#(namespace)"}}"#
        #expect(region.call("CreateCluster", defaults).status == 200)
        for (family, more) in [("web", ""), ("disk", #","volumes":[{"name":"v","configuredAtLaunch":true}]"#)] {
            let definition =
                #"{"family":"\#(family)","networkMode":"\#(networkMode)","#
                + #""containerDefinitions":[\#(container)]\#(more)}"#
            #expect(region.call("RegisterTaskDefinition", definition).status == 200)
        }
        return region
    }

    private func create(_ region: TestRegion, _ family: String, _ members: String, name: String = "s") -> Answer {
        region.call(
            "CreateService",
            #"{"serviceName":"\#(name)","taskDefinition":"\#(family)","desiredCount":1,\#(members)}"#)
    }

    private func expect(_ answer: Answer, _ row: Row) {
        guard let says = row.says else {
            #expect(answer.status == 200, "\(answer.text)")
            return
        }
        #expect(answer.code == row.code, "\(answer.text)")
        #expect(answer.message.contains(says), "\(answer.message)")
    }

    @Test(
        "load balancers, and the role for them",
        arguments: [
            balancer(#""targetGroupArn":"\#(group)""#),
            balancer(#""loadBalancerName":"classic""#),
            balancer(#""targetGroupArn":"t""#, says: "is not the ARN of a target group"),
            balancer(#""targetGroupArn":"\#(group)","loadBalancerName":"x""#, says: "must be omitted"),
            balancer(#""advancedConfiguration":{}"#, says: "a targetGroupArn or a loadBalancerName"),
            balancer(
                #""targetGroupArn":"\#(group)","advancedConfiguration":{}"#, says: "as alternateTargetGroupArn"),
            // A rolling service may have it: the way to blue/green begins so.
            balancer(#""targetGroupArn":"\#(group)",\#(advanced())"#),
            balancer(#""targetGroupArn":"\#(group)",\#(advanced())"#, more: blueGreen),
            client(
                #""targetGroupArn":"\#(group)""#, more: blueGreen,
                says: "required for all loadBalancers when using the Blue/green deployment strategy"),
            client(
                #""targetGroupArn":"\#(group)""#, more: blueGreen.replacing("BLUE_GREEN", with: "CANARY"),
                says: "when using the canary deployment strategy"),
            client(#""loadBalancerName":"classic",\#(advanced())"#, says: "is not allowed with ELBv1 loadBalancers"),
            client(
                #""targetGroupArn":"\#(group)",\#(advanced("listener/app/web/1/2"))"#,
                says: "productionListenerRule has an invalid ARN format"),
            balancer(#""targetGroupArn":"\#(group)",\#(advanced("listener/net/web/1/2"))"#),
            client(
                #""targetGroupArn":"\#(group)",\#(advanced(test: "listener-rule/app/web/1/2/3"))"#,
                says: "cannot be used as both production and test listener rules: arn:"),
            client(
                #""targetGroupArn":"\#(group)",\#(advanced(test: "listener/app/web/1/2"))"#,
                says: "testListenerRule has an invalid ARN format"),
            Row(
                members: #""loadBalancers":[{"targetGroupArn":"\#(group)","containerName":"web"}]"#,
                says: "a containerName and a containerPort"),
            Row(members: #""role":"r""#, says: "together with a load balancer"),
            balancer(#""targetGroupArn":"\#(group)""#, more: #","role":"r""#),
            balancer(
                #""targetGroupArn":"\#(group)""#,
                more: #","role":"r","serviceRegistries":[{"registryArn":"\#(registry)"}]"#,
                says: "You cannot specify an IAM role for services that require a service linked role."),
        ])
    func balancers(row: Row) { expect(create(region(), "web", row.members), row) }

    private static let blueGreen = #","deploymentConfiguration":{"strategy":"BLUE_GREEN"}"#

    private static func advanced(_ production: String = "listener-rule/app/web/1/2/3", test: String? = nil) -> String {
        let base = "arn:aws:elasticloadbalancing:us-east-1:000000000000:"
        let test = test.map { #""testListenerRule":"\#(base)\#($0)","# } ?? ""
        return #""advancedConfiguration":{"alternateTargetGroupArn":"\#(base)targetgroup/green/2",\#(test)"#
            + #""productionListenerRule":"\#(base)\#(production)","roleArn":"\#(role)"}"#
    }

    private static func client(_ target: String, more: String = "", says: String) -> Row {
        var row = balancer(target, more: more, says: says)
        row.code = "ClientException"
        return row
    }

    private static func balancer(_ target: String, more: String = "", says: String? = nil) -> Row {
        Row(
            members: #""loadBalancers":[{\#(target),"containerName":"web","containerPort":80}]\#(more)"#, says: says)
    }

    @Test(
        "target groups must be there, in use, and of the kind that tasks are",
        arguments: [
            ("nowhere/1", "Unable to assume role and validate the specified targetGroupArn. Please verify that"),
            ("idle/1", "targetgroup/idle/1 does not have an associated load balancer."),
            (
                "ip/1",
                "targetgroup/ip/1 has target type ip, which is incompatible with the bridge network mode specified in "
                    + "the task definition."
            ),
        ])
    func targetGroups(group: String, says: String) {
        let arn = "arn:aws:elasticloadbalancing:us-east-1:000000000000:targetgroup/\(group)"
        let row = ServiceMemberTests.balancer(#""targetGroupArn":"\#(arn)""#, says: says)
        let region = region()
        expect(create(region, "web", row.members), row)
        #expect(create(region, "web", "\"launchType\":\"EC2\"").status == 200)
        let update = region.call("UpdateService", "{\"service\":\"s\",\(row.members)}")
        expect(update, row)
    }

    @Test(
        "load balancers must go with each other",
        arguments: [
            ("1,2,3,4,5,6", "at most 5"), ("1,1", "Duplicate targetGroupArn found: arn:"),
            ("1,c", "strictly either ELBv1"),
            ("c,c", "one Classic Load Balancer"), ("1,2+", "Either all or none"), ("1+,2+", nil), ("1,2", nil),
        ])
    func severalBalancers(balancers: String, says: String?) {
        let list = balancers.split(separator: ",").map { name in
            let group = ServiceMemberTests.group.dropLast() + name.prefix(1)
            let target = name == "c" ? #""loadBalancerName":"c""# : #""targetGroupArn":"\#(group)""#
            let more = name.hasSuffix("+") ? "," + ServiceMemberTests.advanced() : ""
            return #"{\#(target),"containerName":"web","containerPort":80\#(more)}"#
        }
        let answer = create(region(), "web", #""loadBalancers":[\#(list.joined(separator: ","))]"#)
        #expect(answer.status == (says == nil ? 200 : 400))
        if let says { #expect(answer.message.contains(says), "\(answer.text)") }
    }

    @Test(
        "service registries",
        arguments: [
            Row(members: registered(#""containerName":"web","containerPort":80"#)),
            Row(members: #""serviceRegistries":[{"registryArn":"r"}]"#, says: "AWS Cloud Map"),
            Row(members: registered(""), says: "unless networkMode=awsvpc"),
            Row(members: registered(#""port":80"#), says: "only supported when networkMode=awsvpc"),
            Row(members: registered(#""port":80,"containerName":"web""#), says: "either a port or"),
            Row(members: registered(#""containerName":"web""#), says: "given together"),
            Row(members: registered(#""containerName":"db","containerPort":80"#), says: "db does not exist"),
            Row(members: registered(#""containerName":"web","containerPort":9"#), says: "a container port 9"),
            Row(members: #""serviceRegistries":[{},{}]"#, says: "one service registry only"),
        ])
    func registries(row: Row) { expect(create(region(), "web", row.members), row) }

    private static func registered(_ members: String) -> String {
        #""serviceRegistries":[{"registryArn":"\#(registry)"\#(members.isEmpty ? "" : ",")\#(members)}]"#
    }

    @Test(
        "Service Connect",
        arguments: [
            connect(""), connect(#""services":[{"portName":"http"}]"#),
            connect(#""services":[{"portName":"http","clientAliases":[{"port":80,"dnsName":"web.local"}]}]"#),
            connect(#""services":[{"portName":"web"}]"#, says: "portName web does not exist"),
            connect(#""services":[{"portName":"http","discoveryName":"Web"}]"#, says: "Invalid discoveryName: Web"),
            connect(
                #""services":[{"portName":"http","clientAliases":[{"port":1},{"port":2}]}]"#, says: "one client alias"),
            connect(#""services":[{"portName":"http","clientAliases":[{"port":0}]}]"#, says: "between 1 and 65535"),
            connect(
                #""services":[{"portName":"http","clientAliases":[{"port":1,"dnsName":"-x"}]}]"#,
                says: "Invalid dnsName: -x"),
            connect(
                #""services":[{"portName":"http"},{"portName":"raw","discoveryName":"http"}]"#, says: "must be unique"),
            connect(#""services":[{"portName":"http","timeout":{"perRequestTimeoutSeconds":1}}]"#),
            connect(
                #""services":[{"portName":"raw","timeout":{"perRequestTimeoutSeconds":1}}]"#, says: "an appProtocol"),
            connect(
                #""services":[{"portName":"http","tls":{"issuerCertificateAuthority":{}}}]"#,
                says: "private certificate authority"),
            connect(#""accessLogConfiguration":{"format":"JSON"}"#, says: "needs a logConfiguration"),
            connect(
                #""containerConfigurations":[{"logLevel":"debug"},{"logLevel":"info"}]"#, says: "must be given once"),
            Row(members: #""serviceConnectConfiguration":{"enabled":true}"#, says: "needs a namespace"),
            Row(members: #""serviceConnectConfiguration":{"enabled":false}"#),
        ])
    func serviceConnect(row: Row) { expect(create(region(), "web", row.members), row) }

    private static func connect(_ members: String, says: String? = nil) -> Row {
        let more = members.isEmpty ? "" : "," + members
        return Row(
            members: #""serviceConnectConfiguration":{"enabled":true,"namespace":"n"\#(more)}"#, says: says)
    }

    @Test("Service Connect takes the cluster's namespace, and is not for the host's network")
    func namespaces() {
        let answer = create(region(namespace: "inner"), "web", #""serviceConnectConfiguration":{"enabled":true}"#)
        let deployment = answer.json["service"]?["deployments"]?.arrayValue?.first
        #expect(deployment?["serviceConnectConfiguration"]?["namespace"]?.stringValue == "inner")
        let host = create(region(networkMode: "host"), "web", ServiceMemberTests.connect("").members)
        #expect(host.message.contains("networkMode=host"))
    }

    @Test("names are unique in a namespace until their service is gone")
    func namesAreTaken() {
        let region = region()
        let members = ServiceMemberTests.connect(#""services":[{"portName":"http"}]"#).members
        #expect(create(region, "web", members, name: "a").status == 200)
        #expect(create(region, "web", members, name: "b").message.contains("used by the service a"))
        let elsewhere = members.replacing(#""namespace":"n""#, with: #""namespace":"m""#)
        #expect(create(region, "web", elsewhere, name: "c").status == 200)
    }

    @Test(
        "volumes that are configured at launch",
        arguments: [
            volume(#""sizeInGiB":10"#), volume(#""snapshotId":"snap-1","volumeInitializationRate":100"#),
            volume(#""volumeType":"io2","sizeInGiB":4,"iops":256000"#),
            volume(#""encrypted":true"#, says: "a sizeInGiB or a snapshotId"),
            volume(#""volumeType":"gp9","sizeInGiB":1"#, says: "Invalid volumeType: gp9"),
            volume(#""volumeType":"st1","sizeInGiB":124"#, says: "between 125 and 16384"),
            volume(#""volumeType":"standard","sizeInGiB":1025"#, says: "between 1 and 1024"),
            volume(#""sizeInGiB":10,"iops":2999"#, says: "between 3000 and 16000"),
            volume(#""volumeType":"io1","sizeInGiB":10"#, says: "iops is required for io1"),
            volume(#""volumeType":"gp2","sizeInGiB":10,"iops":100"#, says: "iops is not supported for gp2"),
            volume(#""volumeType":"gp2","sizeInGiB":10,"throughput":125"#, says: "only supported for gp3"),
            volume(#""sizeInGiB":10,"throughput":1001"#, says: "between 125 and 1000"),
            volume(#""sizeInGiB":10,"volumeInitializationRate":100"#, says: "needs a snapshotId"),
            volume(#""sizeInGiB":10,"filesystemType":"ntfs""#, says: "Windows only"),
            volume(
                #""sizeInGiB":1,"tagSpecifications":[{"resourceType":"volume","tags":[{"key":"AmazonECSManaged"}]}]"#,
                says: "is reserved"),
            Row(members: #""volumeConfigurations":[{"name":"x"}]"#, says: "x is not configured at launch"),
            Row(members: #""volumeConfigurations":[{"name":"v"}]"#, says: "must have a managedEBSVolume"),
            Row(members: #""volumeConfigurations":[]"#, says: "v is configured at launch"),
        ])
    func volumes(row: Row) { expect(create(region(), "disk", row.members), row) }

    private static func volume(_ members: String, says: String? = nil) -> Row {
        Row(
            members:
                #""volumeConfigurations":[{"name":"v","managedEBSVolume":{"roleArn":"\#(role)",\#(members)}}]"#,
            says: says)
    }

    @Test("tasks without a service have the same rules for volumes", arguments: ["RunTask", "StartTask"])
    func volumesOfTasks(operation: String) {
        let rest = operation == "StartTask" ? #","containerInstances":["0a"]"# : ""
        let answer = region().call(operation, #"{"taskDefinition":"disk"\#(rest)}"#)
        #expect(answer.message.contains("v is configured at launch"))
        let volume = #"{"name":"v","managedEBSVolume":{"roleArn":"\#(ServiceMemberTests.role)","iops":1}}"#
        let configured = region().call(
            operation, #"{"taskDefinition":"disk","volumeConfigurations":[\#(volume)]\#(rest)}"#)
        #expect(configured.message.contains("a sizeInGiB or a snapshotId"))
    }

    @Test(
        "VPC Lattice, monitoring and the rest",
        arguments: [
            Row(members: latticed(lattice, "http")),
            Row(members: latticed("tg-1", "http"), says: "VPC Lattice target group"),
            Row(members: latticed(lattice, "web"), says: "portName web does not exist"),
            Row(members: monitored("CPUUtilization", 20)),
            Row(members: monitored("CPUUtilization", 30), says: "must be 20 or 60"),
            Row(members: monitored("NetworkIn", 20), says: "CPUUtilization and MemoryUtilization"),
            Row(
                members: #""launchType":"EC2","platformVersion":"1.4.0""#,
                says: "The platform version must be null when specifying an EC2 launch type."),
            Row(
                members: #""deploymentController":{"type":"EXTERNAL"},"gatewayConnectors":[{"portName":"http"}]"#,
                says: "does not support gateway connectors"),
            Row(
                members:
                    #""deploymentController":{"type":"EXTERNAL"},"deploymentConfiguration":{"maximumPercent":150}"#,
                says: "does not support a custom minimumHealthyPercent"),
        ])
    func others(row: Row) { expect(create(region(), "web", row.members), row) }

    private static func latticed(_ group: String, _ port: String) -> String {
        #""vpcLatticeConfigurations":[{"roleArn":"\#(role)","targetGroupArn":"\#(group)","portName":"\#(port)"}]"#
    }

    private static func monitored(_ metric: String, _ seconds: Int) -> String {
        #""monitoring":{"metricConfigurations":[{"metricNames":["\#(metric)"],"resolutionSeconds":\#(seconds)}]}"#
    }

    @Test(
        "the network of tasks with an interface of their own",
        arguments: [
            Row(members: network(#""subnets":[]"#), says: "1 to 16"),
            Row(members: network(#""subnets":[\#(list(17))]"#), says: "1 to 16"),
            Row(members: network(#""subnets":["s"],"securityGroups":[\#(list(6))]"#), says: "at most 5"),
            Row(
                members: network(#""subnets":["s"],"assignPublicIp":"ENABLED""#),
                says: "Assign public IP is not supported for this launch type."),
        ])
    func networks(row: Row) { expect(create(region(networkMode: "awsvpc"), "web", row.members), row) }

    private static func network(_ members: String) -> String {
        #""networkConfiguration":{"awsvpcConfiguration":{\#(members)}}"#
    }

    private static func list(_ count: Int) -> String {
        (0..<count).map { #""s-\#($0)""# }.joined(separator: ",")
    }

    // MARK: Deployments

    @Test(
        "deployments that somebody else makes are not touched, and can be given back to ECS",
        arguments: [
            Row(members: #""desiredCount":3"#), Row(members: #""deploymentController":{"type":"EXTERNAL"}"#),
            Row(members: #""taskDefinition":"web""#, says: "Cannot update task definition"),
            Row(members: #""loadBalancers":[]"#, says: "Cannot update load balancers"),
            Row(members: #""forceNewDeployment":true"#, says: "Cannot update tasks with a forced deployment"),
            Row(members: #""deploymentController":{"type":"CODE_DEPLOY"}"#, says: "can only be changed to ECS"),
            Row(members: #""deploymentController":{"type":"ECS"}"#, says: "Specify a taskDefinition"),
            Row(members: #""deploymentController":{"type":"ECS"},"taskDefinition":"web""#),
        ])
    func controllers(row: Row) {
        let region = region()
        let external = #"{"serviceName":"s","desiredCount":1,"deploymentController":{"type":"EXTERNAL"}}"#
        #expect(region.call("CreateService", external).status == 200)
        expect(region.call("UpdateService", #"{"service":"s",\#(row.members)}"#), row)
    }

    @Test("a service is given back when its task sets are gone")
    func hasTaskSets() {
        let region = region()
        let external = #"{"serviceName":"s","desiredCount":1,"deploymentController":{"type":"EXTERNAL"}}"#
        #expect(region.call("CreateService", external).status == 200)
        let set = #"{"service":"s","cluster":"default","taskDefinition":"web"}"#
        #expect(region.call("CreateTaskSet", set).status == 200)
        let answer = region.call(
            "UpdateService", #"{"service":"s","deploymentController":{"type":"ECS"},"taskDefinition":"web"}"#)
        #expect(answer.message.contains("The service has task sets."))
    }

    @Test("a service that is given back to ECS deploys its definition")
    func givenBack() {
        let region = region()
        let external = #"{"serviceName":"s","desiredCount":1,"deploymentController":{"type":"EXTERNAL"}}"#
        #expect(region.call("CreateService", external).status == 200)
        let answer = region.call(
            "UpdateService", #"{"service":"s","deploymentController":{"type":"ECS"},"taskDefinition":"web"}"#)
        #expect(answer.json["service"]?["deploymentController"]?["type"]?.stringValue == "ECS")
        #expect(answer.json["service"]?["deployments"]?.arrayValue?.count == 1)
    }
}
