using Minato.Elb.State;

namespace Minato.Elb.Planning;

/// <summary>Route 53 zones of ELB's own names, by region: an alias record names them.</summary>
internal static class HostedZones
{
    public static string Of(BalancerState balancer) => balancer.IsNetwork ? OfNetwork(balancer.Home.Region) : OfApplication(balancer.Home.Region);

    private static string OfNetwork(string region) => region switch
    {
        "us-east-2" => "ZLMOA37VPKANP",
        "us-west-1" => "Z24FKFUX50B4VW",
        "us-west-2" => "Z18D5FSROUN65G",
        "ca-central-1" => "Z2EPGBW3API2WT",
        "eu-central-1" => "Z3F0SRJ5LGBH90",
        "eu-north-1" => "Z1UDT6IFJ4EJM",
        "eu-west-1" => "Z2IFOLAFXWLO4F",
        "eu-west-2" => "ZD4D7Y8KGAS4G",
        "eu-west-3" => "Z1CMS0P5QUZ6D5",
        "ap-northeast-1" => "Z31USIVHYNEOWT",
        "ap-northeast-2" => "ZIBE1TIR4HY56",
        "ap-northeast-3" => "Z1GWIQ4HH19I5X",
        "ap-south-1" => "ZVDDRBQ08TROA",
        "ap-southeast-1" => "ZKVM4W9LS7TM",
        "ap-southeast-2" => "ZCT6FZBF4DROD",
        "sa-east-1" => "ZTK26PT1VY4CU",
        "af-south-1" => "Z203XCE67M25HM",
        "ap-east-1" => "Z12Y7K3UBGUAD1",
        "ap-south-2" => "Z0711778386UTO08407HT",
        "ap-southeast-3" => "Z01971771FYVNCOVWJU1G",
        "ap-southeast-4" => "Z01156963G8MIIL7X90IV",
        "ca-west-1" => "Z02754302KBB00W2LKWZ9",
        "eu-central-2" => "Z02239872DOALSIDCX66S",
        "eu-south-1" => "Z23146JA1KNAFP",
        "eu-south-2" => "Z1011216NVTVYADP1SSV",
        "il-central-1" => "Z0313266YDI6ZRHTGQY4",
        "me-central-1" => "Z00282643NTTLPANJJG2P",
        "me-south-1" => "Z3QSRYVP46NYYV",
        _ => "Z26RNL4JYFTOTI",
    };

    public static string OfApplication(string region) => region switch
    {
        "us-east-2" => "Z3AADJGX6KTTL2",
        "us-west-1" => "Z368ELLRRE2KJ0",
        "us-west-2" => "Z1H1FL5HABSF5",
        "ca-central-1" => "ZQSVJUPU6J1EY",
        "eu-central-1" => "Z215JYRZR1TBD5",
        "eu-north-1" => "Z23TAZ6LKFMNIO",
        "eu-west-1" => "Z32O12XQLNTSW2",
        "eu-west-2" => "ZHURV8PSTC4K8",
        "eu-west-3" => "Z3Q77PNBQS71R4",
        "ap-northeast-1" => "Z14GRHDCWA56QT",
        "ap-northeast-2" => "ZWKZPGTI48KDX",
        "ap-northeast-3" => "Z5LXEXXYW11ES",
        "ap-south-1" => "ZP97RAFLXTNZK",
        "ap-southeast-1" => "Z1LMS91P8CMLE5",
        "ap-southeast-2" => "Z1GM3OXH4ZPM65",
        "sa-east-1" => "Z2P70J7HTTTPLU",
        "af-south-1" => "Z268VQBMOI5EKX",
        "ap-east-1" => "Z3DQVH9N71FHZ0",
        "ap-south-2" => "Z0173938T07WNTVAEPZN",
        "ap-southeast-3" => "Z08888821HLRG5A9ZRTER",
        "ap-southeast-4" => "Z09517862IB2WZLPXG76F",
        "ca-west-1" => "Z06473681N0SF6OS049SD",
        "eu-central-2" => "Z06391101F2ZOEP8P5EB3",
        "eu-south-1" => "Z3ULH7SSC9OV64",
        "eu-south-2" => "Z0956581394HF5D5LXGAP",
        "il-central-1" => "Z09170902867EHPV2DABU",
        "me-central-1" => "Z08230872XQRWHG2XF6I",
        "me-south-1" => "ZS929ML54UICD",
        _ => "Z35SXDOTRQ7X7K",
    };
}
