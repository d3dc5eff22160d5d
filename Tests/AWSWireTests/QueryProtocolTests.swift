import AWSModels
import AWSWire
import Testing

@Suite("Protocols")
struct QueryProtocolTests {
    /// A shape with everything a query request may hold.
    private struct Sample: Shape {
        static let schema: Schema = .structure("Sample") { members in
            members.optional("Name", .string)
            members.optional("Count", .integer)
            members.optional("On", .boolean)
            members.optional("At", .timestamp)
            members.optional("Names", .list("Names", .string))
            members.optional("Flat", .list("Flat", .string, names: .init(isFlattened: true)))
            members.optional("Items", .list("Items", inner, names: .init(member: "item")))
            members.optional("Tags", .map("Tags", key: .string, value: .string))
            members.optional("Inner", inner)
        }
        private static let inner: Schema = .structure("Inner") { $0.optional("Value", .string) }

        var json = JSONValue.object([])
        init(_ json: JSONValue) { self.json = json }
        init(from reader: inout JSONReader) { json = reader.value() }
        func encode(to writer: inout JSONWriter) { writer.value(json) }
    }

    private static let api = APIModel(
        id: "sample", version: "2020-01-01", protocol: .query, signingNames: ["sample"], xmlNamespace: "https://ns/",
        operations: { [:] })
    private static let operation = OperationModel(
        name: "Do", api: api, input: Sample.self, output: Sample.self, errors: [], resultWrapper: "DoResult")

    struct Row: Sendable {
        let form: String
        let json: String
    }

    @Test(
        "parameters become the input's JSON",
        arguments: [
            Row(form: "Action=Do&Version=1", json: "{}"),
            Row(form: "Name=a+b%26c&Count=5&On=TRUE", json: #"{"Name":"a b&c","Count":5,"On":true}"#),
            Row(form: "Count=x&On=y", json: #"{"Count":"x","On":"y"}"#),
            Row(form: "At=2024-11-23T04%3A29%3A56.5Z", json: #"{"At":1732336196.500}"#),
            Row(form: "Names.member.2=b&Names.member.1=a&Names.member.10=c", json: #"{"Names":["a","b","c"]}"#),
            Row(form: "Names=&Flat.1=x&Flat.2=y", json: #"{"Names":[],"Flat":["x","y"]}"#),
            Row(form: "Items.item.1.Value=v&Inner.Value=w", json: #"{"Items":[{"Value":"v"}],"Inner":{"Value":"w"}}"#),
            Row(form: "Tags.entry.1.key=a&Tags.entry.1.value=b&Tags.entry.2.value=c", json: #"{"Tags":{"a":"b"}}"#),
            Row(form: "Name=first&Name=last", json: #"{"Name":"last"}"#),
            Row(form: "=&&.=.&Names.member.x=1&Inner..Value=w&%zz=%", json: #"{"Names":[],"Inner":{}}"#),
        ])
    func input(row: Row) throws {
        let request = HTTPRequestMessage(
            method: "POST", rawPath: "/", headers: ["Content-Type": "application/x-www-form-urlencoded"],
            body: Array(row.form.utf8))
        let bytes = try AWSProtocol.input(of: request, for: Self.operation)
        #expect(String(decoding: bytes, as: UTF8.self) == row.json)
    }

    @Test("numbers of elements cost nothing, however large; what is no number from 1 on is passed over")
    func hostileNumbers() throws {
        let form = "Names.member.999999999=b&Names.member.1=a&Names.member.99999999999999999999=x&Names.member.-1=y"
        #expect(try Self.input(form + "&Names.member.0=z") == #"{"Names":["a","b"]}"#)
    }

    @Test("a text where a list belongs is refused by the validator")
    func textForList() throws {
        let bytes = Array(try Self.input("Names=a").utf8)
        #expect(throws: WireError.self) { try Sample.decode(bytes, Self.api) }
    }

    @Test("a request of countless places is refused")
    func tooManyPlaces() {
        let form = (0..<60_000).map { "a\($0)=" }.joined(separator: "&")
        #expect(throws: WireError.self) { try Self.input(form) }
    }

    private static func input(_ form: String, _ operation: OperationModel = Self.operation) throws -> String {
        let request = HTTPRequestMessage(
            method: "POST", rawPath: "/", headers: ["Content-Type": "application/x-www-form-urlencoded"],
            body: Array(form.utf8))
        return String(decoding: try AWSProtocol.input(of: request, for: operation), as: UTF8.self)
    }

    // MARK: EC2

    private static let ec2 = EC2.Operations.authorizeSecurityGroupIngress

    @Test("EC2's parameters have capitals, and lists without a name between")
    func ec2Input() throws {
        let form =
            "GroupId=sg-1&IpPermissions.1.IpProtocol=tcp&IpPermissions.1.FromPort=80&DryRun=true"
            + "&IpPermissions.1.IpRanges.1.CidrIp=0.0.0.0/0&IpPermissions.1.Groups.2.GroupId=sg-2"
            + "&TagSpecification.1.Tag.1.Key=a"
        #expect(
            try Self.input(form, Self.ec2) == #"{"GroupId":"sg-1","IpPermissions":[{"ipProtocol":"tcp","fromPort":80,"#
                + #""groups":[{"groupId":"sg-2"}],"ipRanges":[{"cidrIp":"0.0.0.0/0"}]}],"#
                + #""TagSpecification":[{"Tag":[{"key":"a"}]}],"dryRun":true}"#)
    }

    @Test("EC2's answers have no result element, and items in lists")
    func ec2Output() {
        let output = EC2.DescribeVpcsResult(vpcs: [EC2.Vpc(tags: [EC2.Tag(key: "a", value: "b")], vpcId: "vpc-1")])
        let response = AWSProtocol.response(with: output, for: EC2.Operations.describeVpcs, requestID: "id")
        #expect(response.headers["content-type"] == "text/xml;charset=UTF-8")
        #expect(
            String(decoding: response.body, as: UTF8.self) == """
                <?xml version="1.0" encoding="UTF-8"?>
                <DescribeVpcsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15"><requestId>id</requestId>\
                <vpcSet><item><tagSet><item><key>a</key><value>b</value></item></tagSet><vpcId>vpc-1</vpcId></item>\
                </vpcSet></DescribeVpcsResponse>
                """)
    }

    @Test("EC2's errors have an envelope of their own, and a code for what is missing")
    func ec2Error() {
        let error = #expect(throws: WireError.self) { try EC2.CreateSecurityGroupRequest.decode([], EC2.api) }
        #expect(error?.code == "MissingParameter")
        guard let error else { return }
        let response = AWSProtocol.response(for: error, EC2.api, requestID: "id")
        #expect(
            String(decoding: response.body, as: UTF8.self) == """
                <?xml version="1.0" encoding="UTF-8"?>
                <Response><Errors><Error><Code>MissingParameter</Code><Message>The request must contain the parameter \
                GroupDescription</Message></Error></Errors><RequestID>id</RequestID></Response>
                """)
    }

    @Test("parameters may stand in the address")
    func address() throws {
        let request = HTTPRequestMessage(method: "GET", rawPath: "/", rawQuery: "Action=Do&Name=a")
        #expect(QueryForm(request).value("Action") == "Do")
        #expect(try AWSProtocol.input(of: request, for: Self.operation) == Array(#"{"Name":"a"}"#.utf8))
    }

    @Test("names that nest too deeply are refused")
    func depth() {
        let request = HTTPRequestMessage(
            method: "GET", rawPath: "/", rawQuery: String(repeating: "a.", count: 100) + "a=1")
        #expect(throws: WireError.self) { try AWSProtocol.input(of: request, for: Self.operation) }
    }

    @Test("an output becomes XML in its envelope")
    func output() throws {
        let value = try JSONValue.parse(
            """
            {"Name":"<a & \\"b\\">","At":1732336196.5,"Names":["x","y"],"Flat":["p","q"],"Items":[{"Value":"v"}],\
            "Tags":{"k":"w"},"Inner":{},"Unknown":1}
            """)
        let response = AWSProtocol.response(with: Sample(value), for: Self.operation, requestID: "id")
        #expect(response.status == 200)
        #expect(response.headers["content-type"] == "text/xml")
        #expect(response.headers["X-Amzn-RequestId"] == "id")
        #expect(
            String(decoding: response.body, as: UTF8.self) == """
                <?xml version="1.0" encoding="UTF-8"?>
                <DoResponse xmlns="https://ns/"><DoResult><Name>&lt;a &amp; &quot;b&quot;&gt;</Name>\
                <At>2024-11-23T04:29:56.500Z</At><Names><member>x</member><member>y</member></Names>\
                <Flat>p</Flat><Flat>q</Flat><Items><item><Value>v</Value></item></Items>\
                <Tags><entry><key>k</key><value>w</value></entry></Tags><Inner></Inner></DoResult>\
                <ResponseMetadata><RequestId>id</RequestId></ResponseMetadata></DoResponse>
                """)
    }

    @Test("GetCallerIdentity answers as STS does")
    func callerIdentity() {
        let output = STS.GetCallerIdentityResponse(
            userId: "000000000000", account: "000000000000", arn: "arn:aws:iam::000000000000:root")
        let response = AWSProtocol.response(with: output, for: STS.Operations.getCallerIdentity, requestID: "id")
        #expect(
            String(decoding: response.body, as: UTF8.self) == """
                <?xml version="1.0" encoding="UTF-8"?>
                <GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>\
                <UserId>000000000000</UserId><Account>000000000000</Account><Arn>arn:aws:iam::000000000000:root</Arn>\
                </GetCallerIdentityResult><ResponseMetadata><RequestId>id</RequestId></ResponseMetadata>\
                </GetCallerIdentityResponse>
                """)
    }

    @Test("errors in JSON carry their type, message and members")
    func jsonError() {
        let response = AWSProtocol.response(
            for: .conflict("Used.", resourceIds: ["arn"]), ECS.api, requestID: "id")
        #expect(response.status == 400)
        #expect(response.headers["content-type"] == "application/x-amz-json-1.1")
        #expect(
            String(decoding: response.body, as: UTF8.self)
                == #"{"__type":"ConflictException","message":"Used.","resourceIds":["arn"]}"#)
        #expect(AWSProtocol.response(for: .server("x"), ECS.api, requestID: "id").status == 500)
    }

    @Test("common errors have other names in XML")
    func xmlError() {
        let response = AWSProtocol.response(for: .invalidSignature("no"), STS.api, requestID: "id")
        #expect(response.status == 403)
        #expect(
            String(decoding: response.body, as: UTF8.self) == """
                <?xml version="1.0" encoding="UTF-8"?>
                <ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>\
                <Code>SignatureDoesNotMatch</Code><Message>no</Message></Error><RequestId>id</RequestId></ErrorResponse>
                """)
        let failure = AWSProtocol.response(for: .internalFailure, STS.api, requestID: "id")
        #expect(String(decoding: failure.body, as: UTF8.self).contains("<Type>Receiver</Type>"))
    }
}
