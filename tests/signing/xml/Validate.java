import java.io.ByteArrayInputStream;
import java.io.File;
import java.security.Key;
import java.security.cert.CertificateFactory;
import java.util.Base64;
import javax.xml.crypto.dsig.XMLSignatureFactory;
import javax.xml.crypto.dsig.dom.DOMValidateContext;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/** Prints true or false for the first XML signature in each file, by the JDK's own validator. */
public class Validate {
    static final String DS = "http://www.w3.org/2000/09/xmldsig#";

    public static void main(String[] files) throws Exception {
        DocumentBuilderFactory documents = DocumentBuilderFactory.newInstance();
        documents.setNamespaceAware(true);
        for (String file : files) {
            Document document = documents.newDocumentBuilder().parse(new File(file));
            Element signature = (Element) document.getElementsByTagNameNS(DS, "Signature").item(0);
            String text = document.getElementsByTagNameNS(DS, "X509Certificate").item(0).getTextContent();
            byte[] der = Base64.getMimeDecoder().decode(text);
            Key key = CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(der)).getPublicKey();
            DOMValidateContext context = new DOMValidateContext(key, signature);
            Element reference = (Element) document.getElementsByTagNameNS(DS, "Reference").item(0);
            if (!reference.getAttribute("URI").isEmpty()) {
                Element signed = (Element) signature.getParentNode().getParentNode();
                context.setIdAttributeNS(signed, null, "Id");
            }
            System.out.println(XMLSignatureFactory.getInstance("DOM").unmarshalXMLSignature(context).validate(context));
        }
    }
}
